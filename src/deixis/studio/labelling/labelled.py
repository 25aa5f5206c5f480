"""What a person has said of one picture, as a row of docs/data.md with a few fields beside it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, final

from deixis.core import json_lines, region_json
from deixis.core.errors import RegionError, UsageError
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.core.typed_json import read_as
from deixis.data.question_text import SLOT

MOST_REGIONS = 20_000  # of a picture
LONGEST_NAME = 200  # letters of a region's name
NO_REVISION = ""  # of a picture of which nothing has been kept


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled:
    """A picture's regions by their names, `encodings` as `serve` takes them by the same names.

    `is_done` says that nothing is missing; `by` who said all this, and `at` when, in UTC.
    """

    image: str
    size: Size
    regions: Mapping[str, Region] = field(default_factory=dict)
    encodings: Mapping[str, str] = field(default_factory=dict)
    is_done: bool = False
    by: str = ""
    at: str = ""

    def says_the_same(self, other: "Labelled") -> bool:
        """Whether two people, or one who asks twice, say the same, whenever it was."""
        mine = (self.image, self.size, self.regions, self.encodings, self.is_done)
        return mine == (other.image, other.size, other.regions, other.encodings, other.is_done)

    def record(self) -> dict[str, Any]:  # Any: what JSON holds
        """The row as JSON holds it. A name that is no slot of a row stands in `names`."""
        keys = _keys(self.regions)
        told = {
            "image": self.image,
            "size": [self.size.width, self.size.height],
            "regions": {
                keys[name]: region_json.to_record(region) for name, region in self.regions.items()
            },
            "names": {key: name for name, key in keys.items() if key != name},
            "encodings": {keys[name]: text for name, text in self.encodings.items()},
            "done": self.is_done,
            "by": self.by,
            "at": self.at,
        }
        return {
            key: value for key, value in told.items() if value or key in ("regions", "done", "size")
        }

    def file(self) -> bytes:
        """The row as the bytes of a file of one line."""
        return json_lines.line(self.record()).encode()


def revision_of(file: bytes) -> str:
    """A file's revision is told by its bytes, so that a change by any other hand is one, too."""
    return hashlib.sha256(file).hexdigest()[:32]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _LabelledRow:
    """The fields of a row, before its regions are read."""

    image: str
    size: tuple[int, int]
    regions: dict[str, dict[str, object]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    encodings: dict[str, str] = field(default_factory=dict)
    done: bool = False
    by: str = ""
    at: str = ""


def read_labelled(file: bytes, *, name: str) -> Labelled:
    """A file's one row is read; UsageError says what is wrong with it. `name` begins messages."""
    lines = json_lines.lines(file)
    if len(lines) != 1:
        raise UsageError(f"{name} is a file of one line, got {len(lines)}")
    try:
        value = json_lines.parse(lines[0])
    except ValueError as broken:
        raise UsageError(f"{name} is no JSON: {broken}") from None
    row = read_as(_LabelledRow, value, name=name)
    names = {key: row.names.get(key, key) for key in row.regions}
    if len(set(names.values())) != len(names):
        raise UsageError(f"{name}: two regions have one name")
    return Labelled(
        image=row.image,
        size=Size(width=row.size[0], height=row.size[1]),
        regions=read_regions({names[key]: one for key, one in row.regions.items()}, name=name),
        encodings={names[key]: text for key, text in row.encodings.items() if key in names},
        is_done=row.done,
        by=row.by,
        at=row.at,
    )


def read_regions(records: Mapping[str, object], *, name: str) -> dict[str, Region]:
    """Regions' JSON by their names gives the regions; UsageError names the one that is none."""
    if len(records) > MOST_REGIONS:
        raise UsageError(f"{name}: at most {MOST_REGIONS} regions, got {len(records)}")
    found = {}
    for key, record in records.items():
        if not key.strip() or len(key) > LONGEST_NAME:
            raise UsageError(f"{name}: a region's name has 1 to {LONGEST_NAME} letters")
        try:
            found[key] = region_json.from_record(record)
        except RegionError as wrong:
            raise RegionError(f"{name}: the region {key[:40]!r}: {wrong}") from None
    return found


def _keys(names: Mapping[str, object]) -> dict[str, str]:
    """Each region's key in the row: its name, or where that is no slot, one of its own."""
    taken = {name for name in names if SLOT.fullmatch(f"{{{name}}}")}
    keys: dict[str, str] = {}
    for number, name in enumerate(names, start=1):
        key = name
        if name not in taken:
            key = f"r{number}"
            while key in taken:
                key = f"{key}_"
            taken = taken | {key}
        keys[name] = key
    return keys
