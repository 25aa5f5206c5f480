"""RefCOCO, RefCOCO+ and RefCOCOg: `refs(unc).p`, `refs(umd).p` or `refs(google).p`, and COCO."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.pickles import read_plain_pickle
from deixis.data import vip_llava_questions as release_questions
from deixis.data.dataset import DatasetCard, RegionDataset, check_split, split_of
from deixis.data.question_text import literal
from deixis.data.reading.coco import CocoIndex, coco_region
from deixis.data.reading.fields import BadRowError, id_of, list_of, record_of, shown, whole_of
from deixis.data.reading.pictures import folder_of_pictures, found_file, picture_in
from deixis.data.sample import EIGHT, Marking, RegionSample

REFS = ("refs(unc).p", "refs(umd).p", "refs(google).p")
PICTURES = ("images", "train2014", "../images/mscoco/images/train2014", "../train2014")


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class RefCoco(RegionDataset):
    """Each row is a thing, to be described as people did; its expressions are the references."""

    card: ClassVar[DatasetCard] = DatasetCard(
        title="RefCOCO, RefCOCO+, RefCOCOg",
        origin="https://github.com/lichengunc/refer",
        licence="Apache-2.0 (annotations); the pictures keep COCO's terms",
        pictures="COCO train2014",
        size="50,000 things, 142,209 expressions (RefCOCO); 49,822 and 95,010 (RefCOCOg, umd)",
        holds="outlines, several expressions for each thing",
        form="a folder with refs(unc).p (or umd, google) and instances.json",
        note="the .p files are pickles; they are read without running what they hold",
    )
    marking: ClassVar[Marking] = EIGHT
    path: Path
    images: Path
    things: CocoIndex
    refs: tuple[object, ...]

    @classmethod
    @override
    def open(cls, path: Path, *, images: Path | None = None, split: str | None = None) -> "RefCoco":
        file = found_file(path, *REFS)
        folder = file.parent
        refs = read_plain_pickle(file)
        if not isinstance(refs, list):
            raise UsageError(f"{file} is a list of references, got a {type(refs).__name__}")
        if split is not None:
            check_split(split, {split_of(ref) for ref in refs})
            refs = [ref for ref in refs if split_of(ref) == split]
        named = (ref.get("ann_id") for ref in refs if isinstance(ref, dict))
        wanted = {key for key in named if isinstance(key, int)}
        return cls(
            path=file,
            images=folder_of_pictures(images, *(folder / name for name in PICTURES)),
            things=CocoIndex.open(folder / "instances.json", only=wanted),
            refs=tuple(_slim(ref) for ref in refs),
        )

    @override
    def __len__(self) -> int:
        return len(self.refs)

    @override
    def row(self, index: int) -> int | str:
        ref = self.refs[index]
        name = ref.get("ref_id") if isinstance(ref, dict) else None
        return (
            index + 1 if name is None else f"ref {name if isinstance(name, str) else shown(name)}"
        )

    @override
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        ref = record_of(self.refs[index])
        thing = self.things.annotation_named(whole_of(ref, "ann_id"))
        picture = self.things.picture(whole_of(thing, "image_id"))
        said = [literal(_said(one)) for one in list_of(ref, "sentences")]
        if not said:
            raise BadRowError("it has no sentence")
        return RegionSample(
            dataset="refcoco",
            id=id_of(ref, "ref_id"),
            kind="description",
            pictures=(picture_in(self.images, picture.file_name),),
            turns=(release_questions.description(said, generator),),
            regions={"object": coco_region(thing, picture.size)},
            split=split_of(ref),
            size=picture.size,
            marking=self.marking,
        )


def _slim(ref: object) -> object:
    """A reference keeps what is needed: it is held in memory, and sent to data processes."""
    if not isinstance(ref, dict) or not isinstance(ref.get("sentences"), list):
        return ref
    kept = {name: ref[name] for name in ("ref_id", "ann_id", "split") if name in ref}
    said = [
        one.get("sent", one.get("raw")) if isinstance(one, dict) else one
        for one in ref["sentences"]
    ]
    return kept | {"sentences": said}


def _said(words: object) -> str:
    if not isinstance(words, str) or not words.strip():
        raise BadRowError(f"a sentence is text, got {shown(words)}")
    return words.strip()
