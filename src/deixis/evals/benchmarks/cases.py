"""Cases are questions of your own with the words that an answer is expected to hold, in one file.

{"deixis": "cases/1",
 "pictures": {"street": "data:image/png;base64,…"},
 "cases": [{"id": "1", "picture": "street", "question": "What is {it}?",
            "regions": {"it": {"kind": "box", "box": [4, 3, 50, 41]}}, "expected": ["a cup"]}]}

A picture is one of `pictures`, or a file in the JSON's folder. The studio writes such files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, final

from typing_extensions import override

from deixis.core import region_json
from deixis.core.errors import RegionError, SampleError, UsageError
from deixis.core.files import read_text
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.json_lines import parse
from deixis.core.region import Region
from deixis.core.typed_json import read_as
from deixis.core.untrusted_text import shown
from deixis.data.reading.fields import BadRowError
from deixis.data.reading.pictures import picture_in
from deixis.evals.benchmark import About, Options, Query, RowBenchmark, Sample, Verdict
from deixis.evals.measure import Measure
from deixis.evals.scores.short_answers import is_exact, plain, words
from deixis.evals.wording import SLOT

VERSION = "cases/1"
DATA = "data:"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One question. Any of the `expected` words is right."""

    id: str
    picture: str
    question: str
    expected: tuple[str, ...]
    regions: Mapping[str, object] = field(default_factory=dict)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class CaseFile:
    """What the file holds; `pictures` are data URLs under names."""

    deixis: str
    cases: tuple[object, ...]
    pictures: Mapping[str, str] = field(default_factory=dict)


@final
@dataclass(frozen=True, kw_only=True)
class Cases(RowBenchmark):
    """An answer is right where one of the expected words, or one of them in a row, stands in it,
    whatever its case, and "exact" where it is nothing else.
    """

    about: ClassVar[About] = About(
        title="Cases of your own",
        asks="your own questions, as the studio keeps them",
        origin="docs/evals.md",
        licence="yours",
        max_new_tokens=128,
    )
    measures: ClassVar[tuple[Measure, ...]] = (
        Measure(name="expected words", numbers=("right",), is_share=True),
        Measure(name="exact match", numbers=("exact",), is_share=True),
    )
    file: Path
    images: Path
    told: CaseFile

    @classmethod
    @override
    def of(cls, options: Options) -> "Cases":
        file = cls.checked_files(options, "a .json of cases, which the studio writes")
        if options.split is not None:
            raise UsageError("cases have no splits: leave --split out")
        try:
            told = read_as(CaseFile, parse(read_text(file)), name=str(file))
        except (OSError, ValueError, UsageError) as broken:
            raise UsageError(f"{file} is no file of cases: {broken}") from None
        if told.deixis != VERSION:
            raise UsageError(f"{file}: this Deixis reads {VERSION}, got {shown(told.deixis)}")
        images = options.images or file.parent
        return cls(file=file, images=images, told=told, skips_bad=options.skips_bad)

    @property
    @override
    def num_rows(self) -> int:
        return len(self.told.cases)

    @override
    def samples_of(self, row: int) -> list[Sample]:
        case = self._case(row)
        regions = self._regions(row, case)
        sample = Sample(
            key=f"cases/{case.id}",
            picture=case.picture,
            text=case.question,
            truth=case.expected,
            regions=regions,
            place=row,
        )
        return [sample]

    @override
    def question(self, sample: Sample) -> Query:
        image = self.picture(sample.place, sample.picture)
        return Query(image=image, text=sample.text, regions=sample.regions)

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        said = f" {' '.join(words(answer))} "
        right = any(f" {' '.join(words(truth))} " in said for truth in sample.truth)
        exact = is_exact(answer, sample.truth)
        numbers = {"right": float(right or exact), "exact": float(exact)}
        return Verdict(numbers=numbers, read=plain(answer) or None)

    def picture(self, row: int, name: str) -> Image:
        """The picture of a case is opened; SampleError where it cannot be."""
        inside = self.told.pictures.get(name)
        if inside is not None and not inside.startswith(DATA):
            raise self._wrong(row, f"the picture {shown(name)} is no data: URL")
        try:
            return open_image(inside if inside is not None else picture_in(self.images, name))
        except (BadRowError, UsageError) as problem:
            raise self._wrong(row, str(problem)) from None

    def _case(self, row: int) -> Case:
        try:
            case = read_as(Case, self.told.cases[row], name="it")
        except UsageError as problem:
            raise self._wrong(row, str(problem)) from None
        if not case.question.strip() or not any(words(one) for one in case.expected):
            raise self._wrong(row, "it has no question, or no expected words")
        return case

    def _regions(self, row: int, case: Case) -> dict[str, Region]:
        found: dict[str, Region] = {}
        try:
            for name, record in case.regions.items():
                found[name] = region_json.from_record(record)
        except RegionError as problem:
            raise self._wrong(row, str(problem)) from None
        spoken = set(SLOT.findall(case.question))
        if unknown := sorted(spoken - set(found)):
            raise self._wrong(row, f"it has no region for {{{unknown[0]}}}")
        if unsaid := sorted(set(found) - spoken):
            raise self._wrong(row, f"its question does not speak of {{{unsaid[0]}}}")
        return found

    def _wrong(self, row: int, reason: str) -> SampleError:
        return SampleError(dataset=self.file.name, row=row + 1, reason=reason)


def case_record(  # all by name
    *, key: str, picture: str, question: str, expected: tuple[str, ...], regions: dict[str, Region]
) -> dict[str, Any]:  # Any: what JSON holds
    """A case as the file holds it; regions that the question does not speak of are left out."""
    spoken = set(SLOT.findall(question))
    return {
        "id": key,
        "picture": picture,
        "question": question,
        "regions": {
            name: region_json.to_record(one) for name, one in regions.items() if name in spoken
        },
        "expected": list(expected),
    }
