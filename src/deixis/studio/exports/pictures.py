"""A question as a picture: what was drawn and what was answered, outlined and labelled."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from deixis.core.errors import RegionError, UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.marks.labelled import draw_labelled
from deixis.studio.exports.exported import ExportedFile, Exporting, drawn_region

PLACE_IN_TEXT = ("start", "end")


def drawn_picture(asked: Sequence[Exporting]) -> ExportedFile:
    """One question's picture as PNG: with a cell, its regions too."""
    if len(asked) != 1:
        raise UsageError(f"a picture is of one question, got {len(asked)}")
    (one,) = asked
    image = labelled(one.image, shown_regions(one))
    return ExportedFile(name=f"question-{one.key}.png", kind="image/png", data=image.png())


def shown_regions(one: Exporting) -> list[Region]:
    """What is drawn: the regions by their names, and those of the cell, if one was chosen."""
    drawn = [
        region if region.label else replace(region, label=name)
        for name, region in one.regions.items()
    ]
    return drawn if one.place is None else [*drawn, *answered_regions(one.cell.regions)]


def answered_regions(records: Sequence[Mapping[str, object]]) -> list[Region]:
    """The regions of an answer."""
    return [
        drawn_region({key: told for key, told in one.items() if key not in PLACE_IN_TEXT})
        for one in records
    ]


def labelled(image: Image, regions: Sequence[Region]) -> Image:
    """The picture with those of the regions that lie in it: models name places beyond it too."""
    inside: list[Region] = []
    for one in regions:
        try:
            one.within(image.size)
        except RegionError:
            continue
        inside.append(one)
    return draw_labelled(image, inside)
