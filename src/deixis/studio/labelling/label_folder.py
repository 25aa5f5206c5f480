"""A folder that is being labelled: its pictures, what is kept of each, its labels, and who is at
which picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, final

from deixis.core import region_json
from deixis.core.errors import UsageError
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.core.untrusted_text import shown
from deixis.encodings.spec import EncodingSpec
from deixis.studio.labelling.kept_labels import KeptLabels, SaveResult, kept_revision, who_of
from deixis.studio.labelling.label_names import LabelNames
from deixis.studio.labelling.labelled import Labelled, read_regions
from deixis.studio.labelling.leases import Leases
from deixis.studio.labelling.picture_list import ListedPicture, PictureList

REGIONS = "regions"  # the folder, among the pictures, in which they are kept
ENCODING = "encoding"  # stands in a region's record as the page has it
Record: TypeAlias = dict[str, Any]  # Any: what JSON holds


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Labeller:
    """Who labels: `writer` is a session's secret, `by` the name of its person."""

    writer: str
    by: str


@final
class LabelFolder:
    """What label mode knows of one folder. Methods give records, as the page takes them."""

    def __init__(self, folder: Path, *, kept_in: Path | None = None) -> None:
        self.list = PictureList.of(folder)
        self.kept = KeptLabels(kept_in or folder / REGIONS)
        self.names = LabelNames(self.kept.folder)
        self.leases = Leases()

    def overview(self, labeller: Labeller) -> Record:
        """All pictures that are there now, how far each is, and the labels."""
        self.list = PictureList.of(self.list.folder)
        progress = self.kept.progress()
        return {
            "folder": self.list.folder.resolve().name,
            "kept_in": str(self.kept.folder),
            "num_unnamed": self.list.num_unnamed,
            "pictures": [
                {"key": one.key, "name": one.name, "state": self._state(one, progress)}
                for one in self.list.pictures
            ],
            "labels": self.labels(),
            "others": self.leases.of_others(labeller.writer),
        }

    def progress(self, labeller: Labeller, *, at: str = "") -> Record:
        """The pictures that anything is kept of, and who else is where; the labeller stays `at` a
        picture.
        """
        if at and self.list.find(at) is not None:
            self.leases.take(at, writer=labeller.writer, by=labeller.by)
        progress = self.kept.progress()
        states = {one.key: self._state(one, progress) for one in self.list.pictures}
        return {
            "states": {key: state for key, state in states.items() if state != "open"},
            "others": self.leases.of_others(labeller.writer),
        }

    def labels(self) -> list[Record]:
        """The labels with their keys."""
        return [{"name": one.name, "key": one.key} for one in self.names.get()]

    def opened(self, picture: ListedPicture, labeller: Labeller) -> Record:
        """What is kept of a picture, what was refused and waits, and who else is at it."""
        lease = self.leases.take(picture.key, writer=labeller.writer, by=labeller.by)
        kept = self.kept.get(picture.name)
        mine = who_of(labeller.writer)
        return {
            "key": picture.key,
            "name": picture.name,
            "kept": None if kept is None else told(kept.labelled),
            "revision": kept_revision(kept),
            "refused": [
                {"who": who, "mine": who == mine, **told(one)}
                for who, one in self.kept.refused(picture.name).items()
            ],
            "holder": None if lease is None else lease.by or "somebody",
        }

    def save(
        self, picture: ListedPicture, size: Size, record: Mapping[str, object], labeller: Labeller
    ) -> SaveResult:
        """What a labeller says of a picture is kept, or refused where another was faster."""
        regions, encodings = _apart(record.get("regions"), size)
        based_on, is_done = record.get("based_on"), record.get("done")
        if not isinstance(based_on, str) or not isinstance(is_done, bool):
            raise UsageError("a save says what it is based_on, and whether it is done")
        return self.kept.save(
            Labelled(
                image=picture.name,
                size=size,
                regions=regions,
                encodings=encodings,
                is_done=is_done,
                by=labeller.by,
            ),
            based_on=based_on,
            writer=labeller.writer,
        )

    def _state(self, picture: ListedPicture, progress: Mapping[str, bool]) -> str:
        is_done = progress.get(self.kept.file_name(picture.name))
        return {None: "open", False: "begun", True: "done"}[is_done]


def told(labelled: Labelled) -> Record:
    """What is kept of a picture, as the page takes it."""
    encodings = labelled.encodings
    return {
        "regions": {
            name: region_json.to_record(region)
            | ({ENCODING: encodings[name]} if name in encodings else {})
            for name, region in labelled.regions.items()
        },
        "size": [labelled.size.width, labelled.size.height],
        "done": labelled.is_done,
        "by": labelled.by,
        "at": labelled.at,
    }


def _apart(records: object, size: Size) -> tuple[dict[str, Region], dict[str, str]]:
    """The page's regions of a picture of that size, and the encodings that stand in them."""
    if not isinstance(records, dict):
        raise UsageError(f"regions are an object of names and regions, got {shown(records)}")
    plain: dict[str, object] = {}
    encodings: dict[str, str] = {}
    for name, record in records.items():
        told = dict(record) if isinstance(record, dict) else record
        encoding = told.pop(ENCODING, None) if isinstance(told, dict) else None
        if encoding is not None:
            if not isinstance(encoding, str):
                raise UsageError(f"an encoding is text, got {shown(encoding)}")
            EncodingSpec.of(encoding)
            encodings[name] = encoding
        plain[name] = told
    regions = read_regions(plain, name="regions")
    for name, region in regions.items():
        if isinstance(region.shape, Mask) and region.shape.size != size:
            raise UsageError(
                f"the mask {name[:40]!r} is of a picture of {region.shape.size}, not of {size}"
            )
    return regions, encodings
