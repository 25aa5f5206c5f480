"""ScienceQA-IMG asks questions from school with a picture, answered by a letter (Lu et al.,
2022).
"""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.evals.benchmark import About, Options, Sample, Verdict
from deixis.evals.question_files import QuestionFiles
from deixis.evals.records import Record
from deixis.evals.scores.letters import LETTERS
from deixis.evals.verdicts import SHORT_ANSWERS, by_letter
from deixis.evals.wording import by_choice

PROBLEMS, SPLITS = "problems.json", "pid_splits.json"
HIGHER = 7  # the grade at which the paper parts its table


@final
@dataclass(frozen=True, kw_only=True)
class ScienceQa(QuestionFiles):
    """The problems of a part that have a picture are asked; tags are the subject, and grades 1-6 or
    7-12.

    The hint stands above the question as "Context: …". Letters are read as everywhere here, which
    is more lenient than LLaVA's release: that takes "B", "B. …" or "The answer is B" alone.
    """

    form: ClassVar = "problems.json, pid_splits.json and test/ID/image.png (or images/test/…)"
    splits: ClassVar = ("test", "val", "train")
    about: ClassVar = About(
        title="ScienceQA-IMG",
        asks="which of some choices, with what is taught in school",
        origin="https://github.com/lupantech/ScienceQA",
        licence="CC BY-NC-SA 4.0",
    )
    measures: ClassVar = SHORT_ANSWERS

    @classmethod
    @override
    def of(cls, options: Options) -> "ScienceQa":
        folder, split = cls.folder(options), cls.split_of(options)
        problems = folder.members(folder.file(PROBLEMS))
        names = folder.members(folder.file(SPLITS)).get(split)
        if not isinstance(names, list):
            raise UsageError(f"{SPLITS} has no list {split!r}: {cls.about.title} needs {cls.form}")
        records = [
            Record(dataset=PROBLEMS, row=str(name), value=problems.get(str(name))) for name in names
        ]
        return cls(
            images=folder.images(split, f"images/{split}"),
            records=[record for record in records if _has_picture(record)],
            skips_bad=options.skips_bad,
        )

    @override
    def made(self, place: int, record: Record) -> list[Sample]:
        choices, right = record.texts("choices"), record.whole("answer")
        if not 2 <= len(choices) <= len(LETTERS) or right >= len(choices):
            raise record.bad(f"the answer is one of 2 choices or more, got {right}")
        hint = record.field("hint")
        context = f"Context: {hint.strip()}\n" if isinstance(hint, str) and hint.strip() else ""
        folder = Record(dataset=PROBLEMS, row=record.row, value={"id": record.row})
        sample = Sample(
            key=f"scienceqa/{record.row}",
            picture=f"{folder.file_name('id')}/{record.file_name('image')}",
            text=by_choice(context + record.text("question"), choices),
            truth=(LETTERS[right],),
            choices=choices,
            tags=(record.text("subject"), _grades(record)),
            place=place,
        )
        return [sample]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        return by_letter(sample, answer)


def _has_picture(record: Record) -> bool:
    """The problem is asked if it has a picture; one that is malformed is reported later."""
    return not isinstance(record.value, dict) or record.value.get("image") is not None


def _grades(record: Record) -> str:
    number = record.text("grade").removeprefix("grade")
    if not (number.isascii() and number.isdecimal() and len(number) <= 2):
        raise record.bad(f"'grade' is grade1 to grade12, got {number!r:.20}")
    return f"grades 1-{HIGHER - 1}" if int(number) < HIGHER else f"grades {HIGHER}-12"
