"""Which labels of panoptic models are stuff, of which a picture has one piece: grass, not a cup."""

from collections.abc import Mapping


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split("|"))


COCO = _names(
    "banner|blanket|bridge|cardboard|counter|curtain|door-stuff|floor-wood|flower|fruit|gravel|"
    "house|light|mirror-stuff|net|pillow|platform|playingfield|railroad|river|road|roof|sand|sea|"
    "shelf|snow|stairs|tent|towel|wall-brick|wall-stone|wall-tile|wall-wood|water-other|"
    "window-blind|window-other|tree-merged|fence-merged|ceiling-merged|sky-other-merged|"
    "cabinet-merged|table-merged|floor-other-merged|pavement-merged|mountain-merged|grass-merged|"
    "dirt-merged|paper-merged|food-other-merged|building-other-merged|rock-merged|"
    "wall-other-merged|rug-merged"
)
CITYSCAPES = _names(
    "road|sidewalk|building|wall|fence|pole|traffic light|traffic sign|vegetation|terrain|sky"
)
# ADE20K's names are lists of synonyms; these are the first of each
ADE20K = _names(
    "wall|building|sky|floor|tree|ceiling|road|grass|sidewalk|earth|mountain|plant|water|house|"
    "sea|rug|field|rock|base|sand|skyscraper|grandstand|path|runway|stairway|river|bridge|blind|"
    "hill|bar|hovel|tower|dirt track|land|escalator|buffet|poster|stage|conveyer belt|canopy|pool|"
    "falls|tent|cradle|tank|lake|blanket|pier|crt screen|shower"
)


def stuff_of(names: Mapping[int, str]) -> frozenset[int]:
    """The labels that are stuff in COCO, ADE20K or Cityscapes, whichever these names are of; none
    where they are of another set, whose pieces then stay apart.
    """
    first = {number: name.split(",")[0].strip() for number, name in names.items()}
    for stuff in (COCO, ADE20K, CITYSCAPES):
        if stuff <= set(first.values()):
            return frozenset(number for number, name in first.items() if name in stuff)
    return frozenset()
