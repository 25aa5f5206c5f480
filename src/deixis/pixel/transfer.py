"""Pixel prompts on many models: what each brings, against the same model without it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import final

from deixis.ask.model import Model
from deixis.core.answer_store import Answers
from deixis.core.errors import UnsupportedError, UsageError
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.compare import joined_pictures
from deixis.evals.figures import headline
from deixis.evals.folder import ANSWERS
from deixis.evals.paired import difference
from deixis.evals.results import Row
from deixis.evals.run import Exam, Ran, Reached, RunSettings, run
from deixis.evals.statistics.guesses import WrittenQuestion
from deixis.pixel.card import Gain
from deixis.pixel.export import in_mode
from deixis.pixel.saved import SavedPrompt, check_fits


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PairedAnswer:
    """A question was answered rightly or not, without the prompt and with it."""

    key: str
    picture: str
    before: bool
    after: bool


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One prompt on one model. `gain` is None where the model cannot take it, `problem` says why.
    `is_source`: it was learned on a model of this name; `changed` says what of that is another now.
    `answers` are those that the gain is of.
    """

    prompt: str
    model: str
    is_source: bool
    gain: Gain | None = None
    problem: str = ""
    changed: tuple[str, ...] = ()
    answers: tuple[PairedAnswer, ...] = field(default=(), repr=False)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """A matrix: prompts in rows, models in columns. `questions` are what was asked, in words."""

    benchmark: str
    measure: str
    num_questions: int
    cells: tuple[Cell, ...]
    questions: tuple[WrittenQuestion, ...] = field(default=(), repr=False)

    @property
    def prompts(self) -> list[str]:
        """The rows, in their order."""
        return list(dict.fromkeys(cell.prompt for cell in self.cells))

    @property
    def models(self) -> list[str]:
        """The columns, in their order."""
        return list(dict.fromkeys(cell.model for cell in self.cells))

    @property
    def pictures(self) -> dict[str, int]:
        """The pictures that were asked about, and a number for each."""
        names = {answer.picture for cell in self.cells for answer in cell.answers}
        return {name: place for place, name in enumerate(sorted(names))}

    def cell(self, prompt: str, model: str) -> Cell:
        """One of them."""
        return next(c for c in self.cells if (c.prompt, c.model) == (prompt, model))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class TransferSettings:
    """What is asked. `mode` keeps pixels in another range than the prompts' own ("8bit")."""

    benchmark: str
    options: Options
    run: RunSettings
    mode: str | None = None


def transfer(
    prompts: Mapping[str, SavedPrompt],
    models: Mapping[str, Callable[[], Model]],
    settings: TransferSettings,
    out: Path,
    *,
    tell: Callable[[str, Reached], None] | None = None,
) -> Transfer:
    """Ask every model, loaded when its turn comes, without a prompt and with each. Answers are kept
    in `out`: the same call goes on where it was.
    """
    if not prompts or not models:
        raise UsageError("a transfer needs at least one prompt and one model")
    kind = benchmarks.get(settings.benchmark)
    made = kind.of(settings.options)
    columns: list[_Column] = []
    with Answers(out / ANSWERS) as answers:

        def ask(asked: Model, label: str) -> Ran:
            exam = Exam(model=asked, benchmark=made, answers=answers)
            advance = None if tell is None else (lambda reached: tell(label, reached))
            return run(exam, settings.run, advance=advance)

        for name, load in models.items():  # one model at a time is in memory
            columns.append(_column(name, load(), prompts, settings, ask))
    measure, _ = headline(kind, columns[0].plain)
    return Transfer(
        benchmark=settings.benchmark,
        measure=measure.name,
        num_questions=len(columns[0].plain),
        cells=tuple(cell for column in columns for cell in column.cells),
        questions=_written(columns[0].plain),
    )


def _written(rows: Sequence[Row]) -> tuple[WrittenQuestion, ...]:
    scenes = {name: place for place, name in enumerate(sorted({row.picture for row in rows}))}
    return tuple(
        WrittenQuestion(text=row.sent or "", answer=row.truth[0], scene=scenes[row.picture])
        for row in rows
        if row.truth
    )


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Column:
    """A model's answers without a prompt, and its cells."""

    plain: tuple[Row, ...]
    cells: tuple[Cell, ...]


def _column(
    name: str,
    model: Model,
    prompts: Mapping[str, SavedPrompt],
    settings: TransferSettings,
    ask: Callable[[Model, str], Ran],
) -> _Column:
    """One model, without a prompt and with each."""
    plain = ask(model, name).rows
    cells: list[Cell] = []
    for called, saved in prompts.items():
        cell = Cell(
            prompt=called,
            model=name,
            is_source=name in [source.model for source in saved.card.sources],
            changed=tuple(check_fits(saved, model.vlm)),
        )
        prompt = saved.prompt if settings.mode is None else in_mode(saved.prompt, settings.mode)
        try:
            through = model.with_pixel(prompt)
        except UnsupportedError as error:
            cells.append(replace(cell, problem=str(error)))
            continue
        seen = ask(through, f"{name} through {called}").rows
        gain = gain_of(settings.benchmark, name, plain, seen)
        gain = replace(gain, asked=settings.options.told, mode=prompt.layout.mode)
        cells.append(replace(cell, gain=gain, answers=_paired(plain, seen)))
    return _Column(plain=plain, cells=tuple(cells))


def _paired(before: Sequence[Row], after: Sequence[Row]) -> tuple[PairedAnswer, ...]:
    """Questions that have a right or wrong answer both without the prompt and with it."""
    known = {row.key: row for row in after if row.problem is None and "right" in row.numbers}
    return tuple(
        PairedAnswer(
            key=row.key,
            picture=row.picture,
            before=row.numbers["right"] == 1,
            after=known[row.key].numbers["right"] == 1,
        )
        for row in before
        if row.problem is None and row.key in known and "right" in row.numbers
    )


def gain_of(benchmark: str, model: str, before: Sequence[Row], after: Sequence[Row]) -> Gain:
    """The same questions, without and with the prompt."""
    kind = benchmarks.get(benchmark)
    whole = {row.key for row in before if row.problem is None}
    shared = whole & {row.key for row in after if row.problem is None}
    if not shared:
        raise UsageError(f"{model} has no question with an answer both with a prompt and without")
    measure, ours = headline(kind, [row for row in before if row.key in shared])
    _, theirs = headline(kind, [row for row in after if row.key in shared])
    first, second = joined_pictures(measure, ours, theirs)
    found = difference(measure, first, second)
    return Gain(
        model=model,
        benchmark=benchmark,
        num_questions=len(ours),
        before=measure.scale * found.first,
        after=measure.scale * found.second,
        low=measure.scale * found.interval.low,
        high=measure.scale * found.interval.high,
    )
