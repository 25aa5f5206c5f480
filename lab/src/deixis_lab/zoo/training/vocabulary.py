"""The words of the Scenes world, for the nano models' tokenizer."""

from functools import cache

from deixis.marks import NAMED
from deixis_lab.world.colours import INKS
from deixis_lab.world.entities import LISTED, entities
from deixis_lab.world.scene import SIGN
from deixis_lab.world.textures import STUFF
from deixis_lab.zoo.training.scene_mark import KINDS

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
    """Names, colours, grounds, groups, marks, and what questions are made of; the names that no
    training picture has among them, so that they are one token too. Words on signs are spelled.
    """
    parts = [*SPOKEN.split(), *INKS, *STUFF, *LISTED, *NAMED, *KINDS, SIGN]
    return (*parts, *(entity.name for entity in entities()))
