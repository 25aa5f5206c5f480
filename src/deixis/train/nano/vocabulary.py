"""The words of the Scenes world, for the nano models' tokenizer."""

from functools import cache

from deixis.data.scenes.colours import INKS
from deixis.data.scenes.entities import LISTED, entities
from deixis.data.scenes.scene import SIGN
from deixis.data.scenes.textures import STUFF
from deixis.data.scenes.words import lexicon
from deixis.train.nano.drawn_marks import COLOURS, KINDS

SPOKEN = """
    a A above alike all an An and And animals Answer answer are Are at At B be belong below between
    black blue both Both box brown but by C Can chess choices circle colour Colour color colours
    count D Count Describe describe desk differ different directly do Do does Does each Each emblems
    exactly faces first fourth from games given ground hand have home how How in In inside is Is it
    It kind kinds largest left letter letters many marked mask mathematics money Money music name
    Name no No not object of often on On one One option or out phrase picture planets plants Please
    point pointed pointing punctuation question Read read right same Same say Say says Says second
    see See shape shapes show Show shows Shows signals single smallest than that That the The there
    There they They thing things third this This times to to tools two using weather what What
    where Where which Which who why Why with within word Word words write written yes Yes you zodiac
"""


@cache
def scene_words() -> tuple[str, ...]:
    """Names, colours, grounds, groups, marks, the words on signs, and what questions are made of;
    the words that no training picture has among them, so that they are one token too.
    """
    parts = [*SPOKEN.split(), *INKS, *STUFF, *LISTED, *COLOURS, *KINDS, SIGN]
    return (*parts, *(entity.name for entity in entities()), *lexicon())
