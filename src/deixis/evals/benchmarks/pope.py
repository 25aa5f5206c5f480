"""POPE asks whether a thing is there: half are yes, with decoys chosen in three ways (Li et al.,
2023).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.evals.benchmark import About, Options, Sample, Verdict
from deixis.evals.measure import ACCURACY, Measure, Sums, Values, ratio
from deixis.evals.question_files import QuestionFiles
from deixis.evals.records import Record
from deixis.evals.scores.short_answers import (
    NUMBERS,
    f1,
    precision,
    read_pope,
    recall,
    yes_no_numbers,
    yes_share,
)
from deixis.evals.wording import in_short

PARTS = ("random", "popular", "adversarial")
ALL = "all"
FILE = "coco_pope_{part}.json"


def _mean_of_parts(name: str, value: Callable[[Sums], Values]) -> Measure:
    """The measure is the mean over the parts that were asked; for a single part it is that
    part's value.
    """

    def mean(sums: Sums) -> Values:
        each = sums[..., :-1].reshape(*sums.shape[:-1], len(PARTS), len(NUMBERS))
        was_asked = each.sum(-1) > 0
        values = np.where(was_asked, value(each), 0.0)
        return ratio(values.sum(-1), was_asked.sum(-1))

    numbers = tuple(f"{part}: {number}" for part in PARTS for number in NUMBERS)
    return Measure(name=name, numbers=numbers, value=mean)


@final
@dataclass(frozen=True, kw_only=True)
class Pope(QuestionFiles):
    """Each row is a question; its tag says how the decoys were chosen.

    F1 is the mean of the three parts' F1, which papers report as POPE; so are precision, recall and
    how often yes is said. Answers are read as POPE's own program reads them: whatever is no no is a
    yes.
    """

    form: ClassVar = (
        f"{', '.join(FILE.format(part=part) for part in PARTS)} (or these in coco/) and the "
        "pictures val2014/COCO_val2014_000000xxxxxx.jpg"
    )
    splits: ClassVar = (ALL, *PARTS)
    about: ClassVar = About(
        title="POPE",
        asks="whether a thing is in the picture",
        origin="https://github.com/AoiDragon/POPE/tree/main/output/coco",
        licence="MIT (questions); the pictures keep COCO's terms",
        guess=0.5,
    )
    measures: ClassVar = (
        _mean_of_parts("F1", f1),
        ACCURACY,
        _mean_of_parts("precision", precision),
        _mean_of_parts("recall", recall),
        _mean_of_parts("says yes", yes_share),
    )

    @classmethod
    @override
    def of(cls, options: Options) -> "Pope":
        folder, split = cls.folder(options), cls.split_of(options)
        names = [FILE.format(part=part) for part in PARTS if split in (ALL, part)]
        files = [folder.file(name, f"coco/{name}") for name in names]
        return cls(
            images=folder.images("val2014"),
            records=[record for file in files for record in folder.lines(file)],
            skips_bad=options.skips_bad,
        )

    @override
    def made(self, place: int, record: Record) -> list[Sample]:
        part = record.dataset.removeprefix("coco_pope_").removesuffix(".json")
        sample = Sample(
            key=f"pope/{part}/{record.whole('question_id')}",
            picture=record.file_name("image"),
            text=in_short(record.text("text")),
            truth=(record.one_of("label", ("yes", "no")),),
            tags=(part,),
            place=place,
        )
        return [sample]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        found = yes_no_numbers(answer, is_yes=sample.truth[0] == "yes", read=read_pope)
        numbers = {
            f"{part}: {name}": value * (part in sample.tags)
            for part in PARTS
            for name, value in found.items()
        }
        right = found["yes_right"] + found["no_right"]
        read = "yes" if read_pope(answer) else "no"
        return Verdict(numbers=numbers | {"right": right}, read=read)
