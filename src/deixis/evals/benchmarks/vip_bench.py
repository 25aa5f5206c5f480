"""ViP-Bench has 303 free answers about regions, graded by a judge (Cai et al., 2024).

There are three splits. `source` (the default) has the clean pictures with the regions as LabelMe
shapes, for every encoding: drawn, or said to models that take no colours. `bbox` and `human` have
the pictures as they were published, marks and all, with the questions that name the marks.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.errors import SampleError, UnknownNameError, UsageError
from deixis.core.files import read_text
from deixis.core.images import open_image
from deixis.core.json_lines import parse
from deixis.core.region import Region
from deixis.core.untrusted_text import shown
from deixis.data import datasets
from deixis.evals.benchmark import About, GradeRequest, Options, Query, RowBenchmark, Sample
from deixis.evals.verdicts import GRADE, grade_request

META, QUESTIONS = "vip-bench-meta-data.json", "questions.jsonl"
SOURCE, PUBLISHED = "source", ("bbox", "human")
SOURCE_PICTURES = "source_image"
SLOT = re.compile(r"<(obj\d*)>")
BRACES = str.maketrans({"{": "(", "}": ")"})
FORM = f"{META}, source_image/, bbox/, human/"


@final
@dataclass(frozen=True, kw_only=True)
class VipBench(RowBenchmark):
    """Each row is a question; its tags are the capabilities that it needs."""

    folder: Path
    split: str
    rows: Sequence[tuple[str, object]]
    texts: Mapping[str, str]
    about: ClassVar = About(
        title="ViP-Bench",
        asks="free answers about regions, graded by a judge",
        origin="https://huggingface.co/datasets/mucai/ViP-Bench",
        licence="CC BY-NC 4.0 by its README, Apache-2.0 by its page: take it as non-commercial",
        max_new_tokens=256,
    )
    measures: ClassVar = (GRADE,)
    needs_judge: ClassVar = True

    @classmethod
    @override
    def of(cls, options: Options) -> "VipBench":
        data = cls.checked_files(options, FORM)
        split = options.split or SOURCE
        if split not in (SOURCE, *PUBLISHED):
            raise UnknownNameError(
                kind="split of ViP-Bench", name=split, known=(SOURCE, *PUBLISHED)
            )
        rows = _json(data / META)
        if not isinstance(rows, dict):
            raise UsageError(f"{data / META} is an object of questions by their names")
        texts = {} if split == SOURCE else _texts(data / split / QUESTIONS)
        return cls(
            folder=data,
            split=split,
            rows=tuple(rows.items()),
            texts=texts,
            skips_bad=options.skips_bad,
        )

    @property
    @override
    def num_rows(self) -> int:
        return len(self.rows)

    @override
    def samples_of(self, row: int) -> list[Sample]:
        return [self._sample(*self.rows[row])]

    @override
    def question(self, sample: Sample) -> Query:
        key = sample.key.rpartition("/")[2]
        folder = self.folder / (SOURCE_PICTURES if self.split == SOURCE else f"{self.split}/images")
        try:
            image = open_image(folder / sample.picture)
        except UsageError as error:
            raise SampleError(dataset=META, row=key, reason=str(error)) from None
        return Query(image=image, text=sample.text, regions=sample.regions)

    @override
    def score(self, sample: Sample, answer: str) -> GradeRequest:
        return grade_request(sample)

    def _sample(self, key: str, row: object) -> Sample:
        found = _checked(key, row)
        regions: dict[str, Region] = {}
        if self.split == SOURCE:
            text = SLOT.sub(r"{\1}", found.question)
            slots = list(dict.fromkeys(SLOT.findall(found.question)))
            regions = self._regions(key, found.image, slots)
        else:
            text = self._published(key)
        return Sample(
            key=f"vip_bench/{self.split}/{key}",
            picture=found.image,
            text=text,
            truth=(found.answer,),
            regions=regions,
            tags=found.capability,
        )

    def _published(self, key: str) -> str:
        if key not in self.texts:
            raise _bad(key, f"{self.split}/{QUESTIONS} has no question of that name")
        return self.texts[key]

    def _regions(self, key: str, picture: str, slots: Sequence[str]) -> dict[str, Region]:
        """The shapes beside the clean picture are matched by their labels, or else in their
        order.
        """
        folder = self.folder / SOURCE_PICTURES
        file = folder / Path(picture).with_suffix(".json").name
        if not slots:
            return {}
        if not file.is_file():
            raise _bad(key, f"there is no {file.name} with its regions in {SOURCE_PICTURES}")
        shapes = datasets.get("labelme").open(file, images=folder)
        found = [shapes.sample(place) for place in range(len(shapes))]
        labels = {one.turns[0].answer.strip("<>").casefold(): one for one in found}
        if set(slots) <= set(labels):
            return {slot: labels[slot].regions["object"] for slot in slots}
        if len(found) < len(slots):
            raise _bad(key, f"it speaks of {len(slots)} regions, {file.name} has {len(found)}")
        return {slot: one.regions["object"] for slot, one in zip(slots, found, strict=False)}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Row:
    """A row has these fields that are used."""

    image: str
    question: str
    answer: str
    capability: tuple[str, ...]


def _checked(key: str, row: object) -> _Row:
    """The row's fields are checked."""
    if not isinstance(row, dict):
        raise _bad(key, f"a question is an object, got a {type(row).__name__}")
    for name in ("image", "question", "answer"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            raise _bad(key, f"{name!r} is text, got {shown(row.get(name))}")
    capability = row.get("capability")
    if not isinstance(capability, list) or not all(isinstance(one, str) for one in capability):
        raise _bad(key, f"'capability' is a list of names, got {shown(capability)}")
    if Path(row["image"]).name != row["image"] or "\\" in row["image"]:
        raise _bad(key, f"the image {shown(row['image'])} lies in another folder")
    return _Row(
        image=row["image"],
        question=row["question"].translate(BRACES),
        answer=row["answer"],
        capability=tuple(capability),
    )


def _texts(file: Path) -> dict[str, str]:
    """A published split's questions are found by their names, either `question_id` or v1_ and
    that.
    """
    texts = {}
    for number, line in enumerate(_read(file).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = parse(line)
            key, text = row["question_id"], row["text"]
            if not isinstance(key, str | int) or not isinstance(text, str):
                raise TypeError(f"an id and text, got {shown(key)}, {shown(text)}")
        except (ValueError, KeyError, TypeError) as error:
            raise SampleError(dataset=str(file), row=number, reason=repr(error)) from None
        texts[f"v1_{str(key).removeprefix('v1_')}"] = text.translate(BRACES)
    return texts


def _read(file: Path) -> str:
    try:
        return read_text(file)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {file}: {error}; --data DIR holds {FORM}") from None


def _json(file: Path) -> object:
    try:
        return parse(_read(file))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is not JSON: {error}") from None


def _bad(key: str, reason: str) -> SampleError:
    return SampleError(dataset=META, row=key, reason=reason)
