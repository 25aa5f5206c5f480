"""Flickr30k Entities: `Sentences/*.txt`, `Annotations/*.xml`, and flickr30k-images."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final
from xml.etree.ElementTree import Element

import numpy as np
from typing_extensions import override

from deixis.core import region as regions
from deixis.core.errors import UsageError
from deixis.core.files import read_text
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.core.untrusted_text import shown
from deixis.data import vip_llava_questions as release_questions
from deixis.data.dataset import DatasetCard, NestedDataset, check_split
from deixis.data.question_text import detokenized, joined, literal
from deixis.data.reading.fields import BadRowError
from deixis.data.reading.json_rows import Nested
from deixis.data.reading.pictures import folder_of_pictures, is_outside, picture_in
from deixis.data.reading.safe_xml import read_xml
from deixis.data.sample import CAPTION, Marking, RegionSample

PHRASE = re.compile(r"\[/EN#(\d{1,12})(?:/[^\s\]]*)? ([^\]]*)\]")
SPLITS = ("train", "val", "test")
SIDES = ("xmin", "ymin", "xmax", "ymax")


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Flickr30kEntities(NestedDataset):
    """Each row is a sentence; behind each thing that it names stand the slots of its boxes."""

    card: ClassVar[DatasetCard] = DatasetCard(
        title="Flickr30k Entities",
        origin="https://github.com/BryanPlummer/flickr30k_entities",
        licence="research, non-commercial; the pictures keep Flickr's terms",
        pictures="31,783 (flickr30k-images)",
        size="158,915 sentences, 275,775 boxes",
        holds="boxes of what each sentence names, several for a group",
        form="a folder with Sentences, Annotations and, for splits, train.txt, val.txt, test.txt",
    )
    marking: ClassVar[Marking] = CAPTION
    path: Path
    images: Path
    names: tuple[str, ...]
    nested: Nested
    split: str | None

    @classmethod
    @override
    def open(
        cls, path: Path, *, images: Path | None = None, split: str | None = None
    ) -> "Flickr30kEntities":
        for name in ("Sentences", "Annotations"):
            if not (path / name).is_dir():
                raise UsageError(f"there is no folder {name!r} in {str(path)!r}")
        names = _names(path, split)
        return cls(
            path=path,
            images=folder_of_pictures(
                images, path / "flickr30k-images", path.parent / "flickr30k-images"
            ),
            names=names,
            nested=Nested.of([len(_sentences(path, name)) for name in names]),
            split=split,
        )

    @override
    def row(self, index: int) -> str:
        picture, place = self.nested.place(index)
        return f"{self.names[picture]}, sentence {place + 1}"

    @override
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        picture, place = self.nested.place(index)
        name = self.names[picture]
        root = read_xml(self.path / "Annotations" / f"{name}.xml")
        said = _GroundedSentence(_sentences(self.path, name)[place], _boxes(root))
        turn = release_questions.caption(said.grounded, said.plain, tuple(said.regions), generator)
        return RegionSample(
            dataset="flickr30k_entities",
            id=f"{name}/{place + 1}",
            kind="caption",
            pictures=(picture_in(self.images, f"{name}.jpg"),),
            turns=(turn,),
            regions=said.regions,
            split=self.split,
            size=_size(root),
            marking=self.marking,
        )


@final
class _GroundedSentence:
    """A sentence is given with and without the slots of what it names."""

    def __init__(self, line: str, boxes: dict[str, list[Region]]) -> None:
        self.boxes = boxes
        self.regions: dict[str, Region] = {}
        self.slots: dict[str, list[str]] = {}
        plain = PHRASE.sub(lambda phrase: literal(phrase[2]), line)
        grounded = PHRASE.sub(self._with_slots, line)
        self.plain = detokenized(plain.split())
        self.grounded = detokenized(grounded.split())

    def _with_slots(self, phrase: re.Match[str]) -> str:
        chain, words = phrase[1], literal(phrase[2])
        if chain not in self.slots:
            self.slots[chain] = [self._slot(box) for box in self.boxes.get(chain, ())]
        slots = self.slots[chain]
        return f"{words} ({joined(slots)})" if slots else words

    def _slot(self, box: Region) -> str:
        name = f"thing_{len(self.regions) + 1}"
        self.regions[name] = box
        return f"{{{name}}}"


def _names(folder: Path, split: str | None) -> tuple[str, ...]:
    if split is None:
        return tuple(sorted(path.stem for path in (folder / "Sentences").glob("*.txt")))
    check_split(split, SPLITS)
    file = folder / f"{split}.txt"
    try:
        names = tuple(read_text(file).split())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {file}: {error}") from None
    for name in names:
        if is_outside(name):
            raise UsageError(f"{file} names {name!r}, which lies outside of {folder}")
    return names


def _sentences(folder: Path, name: str) -> list[str]:
    file = folder / "Sentences" / f"{name}.txt"
    try:
        text = read_text(file)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {file}: {error}") from None
    return [line for line in text.split("\n") if line.strip()]


def _boxes(root: Element) -> dict[str, list[Region]]:
    """Each chain has its boxes. Corners in the file count pixels from 1, both of them inside."""
    found: dict[str, list[Region]] = {}
    for thing in root.findall("object"):
        place = thing.find("bndbox")
        if place is None:
            continue
        x0, y0, x1, y1 = (_whole(place, side) for side in SIDES)
        for name in thing.findall("name"):
            box = regions.box(x0 - 1, y0 - 1, x1, y1)
            found.setdefault((name.text or "").strip(), []).append(box)
    return found


def _size(root: Element) -> Size | None:
    size = root.find("size")
    return (
        None if size is None else Size(width=_whole(size, "width"), height=_whole(size, "height"))
    )


def _whole(element: Element, name: str) -> int:
    text = (element.findtext(name) or "").strip()
    if not re.fullmatch(r"-?\d{1,7}", text):
        raise BadRowError(f"<{name}> is a whole number, got {shown(text)}")
    return int(text)
