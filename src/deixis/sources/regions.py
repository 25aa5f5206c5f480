"""Notes stand in Deixis' own JSON lines: each row is a picture's name and its regions
(docs/data.md).
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.data.reading.bad_rows import in_row
from deixis.data.reading.fields import BadRowError, list_of, record_of, regions_of, text_of, whole
from deixis.data.reading.json_rows import JsonRows, rows_of
from deixis.sources.knowledge_source import KnowledgeSource, SourceOptions
from deixis.sources.notes import (
    PictureNames,
    check_size,
    kept,
    record_of_file,
)


@final
class Regions(KnowledgeSource):
    """The notes are the regions of a picture's rows that have a label or a text, in the file's
    order, each once. Turns and what else rows hold are not looked at, and need not be there.
    """

    takes: ClassVar[str | None] = "FILE"
    knows: ClassVar[tuple[str, ...]] = ("least_score",)

    def __init__(self, path: Path, options: SourceOptions) -> None:
        self.path, self.least_score = path, options.least_score
        self.rows: JsonRows = rows_of(path)
        names: list[str] = []
        for place in range(len(self.rows)):
            with self._in_row(place):
                names.append(text_of(record_of(self.rows.row(place)), "image"))
        self.listed = PictureNames(str(path), names)

    @classmethod
    @override
    def of(cls, argument: str, options: SourceOptions) -> "Regions":
        return cls(Path(argument).expanduser(), options)

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return record_of_file("regions", self.path, self.least_score)

    @override
    def look(self, image: Image) -> list[Region]:
        found: dict[Region, None] = {}
        for place in self.listed.places(image):
            for note in self._notes(place, image):
                found[note] = None
        return kept(found, self.least_score)

    def _notes(self, place: int, image: Image) -> list[Region]:
        with self._in_row(place):
            row = record_of(self.rows.row(place))
            told = [whole(side, "size") for side in list_of(row, "size")] if "size" in row else []
            if told and len(told) != 2:
                raise BadRowError(f"'size' is [width, height], got {told}")
            size = Size(width=told[0], height=told[1]) if told else image.size
            found = regions_of(row).values()
        check_size(str(self.path), size, image)
        source = f"regions:{self.path}"
        with self._in_row(place):
            return [
                region.within(image.size).named(source=source)
                for region in found
                if region.label or region.text
            ]

    def _in_row(self, place: int) -> AbstractContextManager[None]:
        return in_row(str(self.path), int(self.rows.numbers[place]))
