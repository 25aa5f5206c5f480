"""COCO's instances: `instances_*.json` and a folder of pictures."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.data import vip_llava_questions as release_questions
from deixis.data.dataset import DatasetCard, RegionDataset
from deixis.data.question_text import literal
from deixis.data.reading.coco import CocoIndex, coco_region
from deixis.data.reading.fields import id_of, whole_of
from deixis.data.reading.pictures import folder_of_pictures, picture_in
from deixis.data.sample import EIGHT, Marking, RegionSample


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CocoInstances(RegionDataset):
    """Each row is a thing, to be named by its category. Crowds are left out."""

    card: ClassVar[DatasetCard] = DatasetCard(
        title="COCO instances",
        origin="https://cocodataset.org",
        licence="CC BY 4.0 (annotations); the pictures keep Flickr's terms",
        pictures="train2014, val2014, train2017, val2017",
        size="118,287 pictures and 860,001 annotations (train2017); 5,000 and 36,781 (val2017)",
        holds="outlines or run lengths, one of 80 categories",
        form="instances_train2017.json, or the folder `annotations` with one split",
    )
    marking: ClassVar[Marking] = EIGHT
    path: Path
    images: Path
    things: CocoIndex
    split: str

    @classmethod
    @override
    def open(
        cls, path: Path, *, images: Path | None = None, split: str | None = None
    ) -> "CocoInstances":
        file = coco_file(path, "instances", split)
        name = file.stem.removeprefix("instances_")
        return cls(
            path=file,
            images=coco_pictures(file, name, images),
            things=CocoIndex.open(file),
            split=name,
        )

    @override
    def __len__(self) -> int:
        return len(self.things.annotations)

    @override
    def row(self, index: int) -> str:
        return f"annotation {int(self.things.keys[index])}"

    @override
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        thing = self.things.annotation(index)
        picture = self.things.picture(whole_of(thing, "image_id"))
        name = literal(self.things.label(thing))
        return RegionSample(
            dataset="coco_instances",
            id=id_of(thing),
            kind="naming",
            pictures=(picture_in(self.images, picture.file_name),),
            turns=(release_questions.naming(name, generator),),
            regions={"object": coco_region(thing, picture.size)},
            split=self.split,
            size=picture.size,
            marking=self.marking,
        )


def coco_pictures(file: Path, name: str, images: Path | None) -> Path:
    """The pictures of a published file lie here."""
    folder = file.parent
    return folder_of_pictures(images, folder.parent / name, folder / name, folder / "images")


def coco_file(path: Path, kind: str, split: str | None) -> Path:
    """A published file `KIND_SPLIT.json` is given itself, or looked for in its folder."""
    if path.is_file():
        return path
    folder = path / "annotations" if (path / "annotations").is_dir() else path
    found = sorted(folder.glob(f"{kind}_{split or '*'}.json"))
    if len(found) == 1:
        return found[0]
    there = ", ".join(file.stem.removeprefix(f"{kind}_") for file in found)
    if found:
        raise UsageError(f"{folder} has {len(found)} splits: choose with --split from {there}")
    raise UsageError(f"there is no {kind}_{split or 'SPLIT'}.json in {folder}")
