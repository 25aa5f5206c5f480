"""The pictures that ship with Deixis: five scenes of drawn things, which nano knows, a photograph,
and a still life.

The laboratory draws the five again in a test, so that they stay the world's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, final

from deixis.core import region_json
from deixis.core.errors import UnknownNameError
from deixis.core.files import read_text
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.json_lines import parse
from deixis.core.region import Region

FOLDER = Path(__file__).parent
RECORDS = "pictures.json"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class DemoQuestion:
    """A question is about one region, `{it}` in its text, and has the right answer.

    `way` names how the region is meant to be shown; `shape` and `colour` are those of its mark,
    None where it has none.
    """

    way: str
    text: str
    truth: str
    region: Region
    shape: str | None = None
    colour: str | None = None


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DemoPicture:
    """A picture comes with all that it shows, with what can be asked about it, and with whose it
    is.
    """

    name: str
    image: Image
    regions: tuple[Region, ...]
    questions: tuple[DemoQuestion, ...]
    credit: str

    def region(self, label: str) -> Region:
        """The first region of that label is found."""
        found = [region for region in self.regions if region.label == label]
        if not found:
            known = [str(region.label) for region in self.regions]
            raise UnknownNameError(kind=f"region in {self.name}", name=label, known=known)
        return found[0]


def demo_names() -> list[str]:
    """The pictures are called so."""
    return sorted(_records())


def demo_picture(name: str) -> DemoPicture:
    """The picture of that name is opened with its truth."""
    records = _records()
    if name not in records:
        raise UnknownNameError(kind="picture of the demo", name=name, known=records)
    record = records[name]
    pixels = open_image(FOLDER / record["file"]).pixels
    regions = tuple(region_json.from_record(one) for one in record["regions"])
    return DemoPicture(
        name=name,
        image=Image(pixels=pixels, source=record["source"]),
        regions=regions,
        credit=record["credit"],
        questions=tuple(
            DemoQuestion(**{**one, "region": regions[one["region"]]}) for one in record["asked"]
        ),
    )


@cache
def _records() -> Mapping[str, Any]:  # Any: what JSON holds
    return {record["name"]: record for record in parse(read_text(FOLDER / RECORDS))}
