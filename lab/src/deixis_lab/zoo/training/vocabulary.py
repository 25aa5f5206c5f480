"""The words of Things, for the nano models' tokenizer."""

from functools import cache

from deixis.marks import NAMED
from deixis_lab.things.grounds import ground_names
from deixis_lab.things.names import thing_names
from deixis_lab.things.told_colours import GRAY
from deixis_lab.world.colours import INKS
from deixis_lab.world.scene import SIGN
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


DECLINED = "I do not know this."
# with what Deixis's own prompts and phrases say besides
POINTED = """
    area blurred bounding coordinate coordinates darkened describes every focus highlighted Identify
    instance instances marked none only over painted part Please provide region rest sentence shown
    tagged Who that these those Tell me about"""


@cache
def thing_words() -> tuple[str, ...]:
    """Names, categories, colours, grounds, marks, and what questions are made of; the names that no
    training picture has among them, so that they are one token too. Words on signs are spelled.
    """
    named = thing_names()
    categories = dict.fromkeys(one.category for one in named)
    grounds = ground_names(photographs=True)
    parts = [
        *SPOKEN.split(),
        *DECLINED.split(),
        *POINTED.split(),
        *INKS,
        GRAY,
        *grounds,
        *categories,
        *NAMED,
    ]
    return (*parts, *KINDS, SIGN, *(one.name for one in named))
