"""MMBench asks choices in every rotation; a question is right only if all are (Liu et al.,
2023).
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.errors import ImageError, UnknownNameError, UsageError
from deixis.evals.benchmark import About, Options, Sample, Verdict
from deixis.evals.measure import Columns, Measure, Sums, ratio
from deixis.evals.picture_tables import Table, TsvRow, read_table
from deixis.evals.question_files import QuestionFiles
from deixis.evals.records import Record
from deixis.evals.scores.letters import LETTERS
from deixis.evals.verdicts import SHORT_ANSWERS, by_letter
from deixis.evals.wording import by_choice

ROTATED = 1_000_000  # is added to an index for each place that the choices are moved by
DIGITS = 16  # of an index, at most
LINK = 64  # letters: a shorter cell of a picture is the index of the row that has it
EMPTY = ("", "nan")
NEEDED = ("index", "question", "A", "B", "image")
CATEGORIES = ("category", "l2-category", "L2-category")


def _questions(sums: Sums) -> Columns:
    """Each question has two columns: all its rotations are right, and all have an answer."""
    right, part, answers = sums[:, 0], sums[:, 1], sums[:, 2]
    is_whole = part > 1 - 1e-6
    return np.stack([is_whole & (right == answers), is_whole], axis=-1).astype(float)


CIRCULAR = Measure(
    name="circular accuracy",
    numbers=("right", "part"),
    value=lambda sums: ratio(sums[..., 0], sums[..., 1], nothing=0.0),
    of_picture=_questions,
)
UNROTATED = Measure(
    name="accuracy, unrotated",
    numbers=("first_right", "first"),
    value=lambda sums: ratio(sums[..., 0], sums[..., 1]),
)


@final
@dataclass(frozen=True, kw_only=True)
class MmBench(QuestionFiles):
    """Choices are answered by letter; tags are the category and the wider one. A sample's picture
    is named after its question, so that a question's rotations are summed together.

    A file that has the rotations (an index and that plus 1000000, 2000000 …) is asked as it is; for
    any other file the choices are rotated here, the first to the end, as often as there are
    choices. The paper lets a language model tell which choice an answer means where rules cannot;
    here such an answer is wrong, and counted as unread.
    """

    table: Table
    by_index: Mapping[str, TsvRow]
    is_rotated: bool
    form: ClassVar = (
        "one TSV file, as mmbench_dev_20230712.tsv or MMBench_DEV_EN.tsv (columns index, question, "
        "hint, A to D, answer, category, l2-category, image, split); --data may be the file itself"
    )
    splits: ClassVar = ()
    about: ClassVar = About(
        title="MMBench",
        asks="which of some choices, whatever their order",
        origin="https://github.com/open-compass/MMBench",
        licence="Apache-2.0 by its project; the pictures keep their own terms",
    )
    measures: ClassVar = (CIRCULAR, *SHORT_ANSWERS, UNROTATED)

    @classmethod
    @override
    def of(cls, options: Options) -> "MmBench":
        folder = cls.folder(options)
        files = [folder.path] if folder.path.is_file() else sorted(folder.path.glob("*.tsv"))
        if len(files) != 1:
            named = ", ".join(file.name for file in files) or "no TSV file"
            raise folder.missing(f"there is {named}")
        table = read_table(files[0])
        absent = [name for name in NEEDED if name not in table.columns]
        if absent:
            raise folder.missing(f"{files[0].name} has no column {', '.join(absent)}")
        by_index = {row.cells.get("index", ""): row for row in table.rows}
        part = _part(table, options.split)
        return cls(
            table=part,
            by_index=by_index,
            is_rotated=any(_whole(index) >= ROTATED for index in by_index),
            images=Path(files[0].parent),
            records=[
                Record(dataset=files[0].name, row=str(row.number), value=dict(row.cells))
                for row in part.rows
            ],
            skips_bad=options.skips_bad,
        )

    @override
    def made(self, place: int, record: Record) -> list[Sample]:
        if "answer" not in self.table.columns:
            raise UsageError(f"{record.dataset} has no answers: take a part that has some")
        choices, answer = _choices(record), record.text("answer")
        if len(choices) < 2 or answer not in tuple(LETTERS[: len(choices)]):
            raise record.bad(f"one of {len(choices)} choices is right, got {answer!r:.20}")
        index = _whole(record.text("index"))
        if index < 0:
            raise record.bad(f"an index is a whole number, got {record.text('index')!r:.20}")
        published, index = divmod(index, ROTATED)
        asked = Sample(
            key=f"mmbench/{index}",
            picture=str(index),
            text=_question(record),
            truth=(answer,),
            choices=choices,
            tags=_categories(record),
            together=f"mmbench/{index}",
            place=place,
        )
        if self.is_rotated:
            return [_rotated(asked, 0, named=published)]
        return [_rotated(asked, by, named=by) for by in range(len(choices))]

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        found = by_letter(sample, answer)
        first = float(sample.key.endswith("/0"))
        numbers = {
            **found.numbers,
            "part": 1 / len(sample.choices),
            "first": first,
            "first_right": first * found.numbers["right"],
        }
        return replace(found, numbers=numbers)

    @override
    def picture(self, sample: Sample) -> bytes:
        cell = self.table.cell(self.table.rows[sample.place], "image").strip()
        if len(cell) <= LINK:
            row = self.by_index.get(cell)
            if row is None:
                raise ImageError(f"its picture is that of the row {cell!r}, which is not there")
            cell = self.table.cell(row, "image").strip()
        try:
            return base64.b64decode(cell, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ImageError(f"its picture's base64 is broken: {error}") from None


def _part(table: Table, split: str | None) -> Table:
    """The rows of a split are taken, or all."""
    if split is None:
        return table
    known = {row.cells.get("split", "") for row in table.rows}
    if split not in known:
        raise UnknownNameError(kind="split of MMBench", name=split, known=known - {""})
    rows = tuple(row for row in table.rows if row.cells.get("split") == split)
    return replace(table, rows=rows)


def _rotated(asked: Sample, by: int, *, named: int) -> Sample:
    """The choices are rotated: the first ones come last. `named` is the rotation in the sample's
    key.
    """
    count = len(asked.choices)
    choices = asked.choices[by:] + asked.choices[:by]
    right = (LETTERS.index(asked.truth[0]) - by) % count
    return replace(
        asked,
        key=f"{asked.key}/{named}",
        text=by_choice(asked.text, choices),
        truth=(LETTERS[right],),
        choices=choices,
    )


def _question(record: Record) -> str:
    hint = _cell(record, "hint")
    return f"{hint}\n{record.text('question')}" if hint else record.text("question")


def _choices(record: Record) -> tuple[str, ...]:
    """The choices go as far as there is no gap."""
    found: list[str] = []
    for letter in LETTERS:
        choice = _cell(record, letter)
        if not choice:
            break
        found.append(choice)
    return tuple(found)


def _categories(record: Record) -> tuple[str, ...]:
    return tuple(filter(None, dict.fromkeys(_cell(record, name) for name in CATEGORIES)))


def _cell(record: Record, column: str) -> str:
    """A cell may be empty or missing."""
    found = str(record.value.get(column, "")).strip()
    return "" if found.lower() in EMPTY else found


def _whole(index: str) -> int:
    """The index is read as a number, -1 where it is none."""
    return int(index) if index.isascii() and index.isdecimal() and len(index) < DIGITS else -1
