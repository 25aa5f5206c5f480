"""One run over a folder: the regions are planned on the disk, what the journal holds is left out,
the rest is asked, here or by a runner's processes, and all rows are written in their order.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import final

from deixis.ask.model import Model
from deixis.batch.each.asking import RowAsker, RowWording, check_composes
from deixis.batch.each.growing_plan import GrowingPlan, growing_plan
from deixis.batch.each.outputs import (
    PLAN,
    AskedEach,
    EachRow,
    ErrorTally,
    RowForm,
    journal_of,
    ordered_rows,
    write_rows,
)
from deixis.batch.each.plan import PlannedPicture
from deixis.batch.each.regions import Given, pictures_with_regions
from deixis.batch.each.row_frames import RowFrames
from deixis.batch.each.row_journal import JournalPart, begin_journal, index_of
from deixis.batch.each.shards import EachWork, NamedModel, shares
from deixis.batch.each.sheet import ContactSheet
from deixis.batch.each.spending import Spending
from deixis.batch.runner import Runner
from deixis.core.errors import UsageError
from deixis.core.files import owned
from deixis.core.progress import Progress, Reporter
from deixis.core.stopping import is_stopping, stop_requests
from deixis.sources import Looking

AFTER = "the calls under way, whose answers are kept"
LOOKED = "looked.jsonl"


@final
@dataclass(kw_only=True)
class EachRun:
    """What is asked, and where its rows go; a `runner`'s processes load the model by its name."""

    out: Path
    form: RowForm
    pictures: Path
    regions: Given
    wording: RowWording
    at_once: int
    spending: Spending
    reporter: Reporter
    runner: Runner | None = None
    sheet: Path | None = None
    sheet_rows: int = 1000
    is_over_budget: bool = field(default=False, init=False)

    def asked(
        self, model: Model, *, named: NamedModel | None = None, fresh: bool = False
    ) -> AskedEach:
        """All that is missing is asked, and what was had is written."""
        check_composes(model, self.wording)
        folder = journal_of(self.out)
        if self.out.exists() and not folder.exists() and not fresh:
            raise UsageError(
                f"{self.out} is there, and no journal of it ({folder.name}): name another, or "
                "write over it with --fresh"
            )
        with owned(folder, "another run"), stop_requests(AFTER) as stop:
            begin_journal(folder, self.settings_of(model), fresh=fresh)
            index = index_of(folder, self.spending.add_row)
            given = pictures_with_regions(self.pictures, self.regions, looked=folder / LOOKED)
            if isinstance(self.regions, Looking):
                given = _until_stop(given)
            questions = self.wording.questions
            with growing_plan(folder / PLAN, given, questions, index.is_answered) as plan:
                del index
                bar = _Bar(plan, self.spending, self.reporter)
                if self.runner is None:
                    self._ask(folder, plan, bar, model)
            if self.runner is not None and named is not None:
                self._share(folder, plan, bar, self.runner, named)
            frames = RowFrames(
                pictures=self.pictures, wording=self.wording, composer=model.composer
            )
            asked = self._written(folder, plan, frames)
            if self.sheet is not None:
                self._show(asked, frames, self.sheet)
            if stop.is_made:
                raise KeyboardInterrupt
        return asked

    def settings_of(self, model: Model) -> dict[str, object]:
        """What an answer depends on besides its row."""
        wording = self.wording
        known = {} if model.knowledge is None else dict(model.knowledge.record)
        looking = self.regions if isinstance(self.regions, Looking) else None
        return {
            "model": dict(model.vlm.identity),
            "dialect": model.dialect_name,
            "contract": None if model.contract is None else model.contract.name,
            "knowledge": known,
            "encoding": wording.encoding.spec,
            "system": wording.system,
            "settings": asdict(wording.settings),
            "strict": wording.strict,
            "looking": looking and [dict(one.record) for one in looking.sources],
        }

    def _ask(self, folder: Path, plan: GrowingPlan, bar: "_Bar", model: Model) -> None:
        with closing(JournalPart(folder)) as part:
            asker = RowAsker(model, self.wording, part, self.spending, self.at_once)
            for _ in asker.run(plan.draft, plan.tasks()):
                bar.tell(asker.num_done, asker.num_errors)
            self.is_over_budget = asker.is_over_budget
            plan.wait()
            if plan.num_left:
                bar.tell(asker.num_done, asker.num_errors)

    def _share(
        self, folder: Path, plan: GrowingPlan, bar: "_Bar", runner: Runner, named: NamedModel
    ) -> None:
        tasks = shares(tuple(plan.tasks()), runner.num_workers)
        if not tasks:
            return
        count = min(runner.num_workers, len(tasks))
        work = EachWork(
            model=named,
            wording=self.wording,
            plan=(folder / PLAN).absolute(),
            folder=folder.absolute(),
            at_once=max(1, self.at_once // count),
            budget=self.spending.budget.share(count, self.spending),
            price=self.spending.price,
        )
        num_done = num_errors = 0
        with closing(work):
            for done in runner.run(work, tasks):
                num_done, num_errors = num_done + done.num_done, num_errors + done.num_errors
                self.spending.add(done.calls, done.usage)
                self.is_over_budget = self.is_over_budget or done.is_over_budget
                bar.tell(num_done, num_errors)

    def _written(self, folder: Path, plan: GrowingPlan, frames: RowFrames) -> AskedEach:
        num_had, errors = 0, ErrorTally()

        def counted(rows: Iterator[EachRow]) -> Iterator[EachRow]:
            nonlocal num_had
            for row in rows:
                num_had += 1
                if "error" in row:
                    errors.add(row["image"], row["id"], row["error"])
                yield row

        rows = ordered_rows(folder / PLAN, self.wording.questions, index_of(folder))
        beside = self.out.with_name(f"{self.out.name}.pictures")
        write_rows(self.out, self.form, counted(rows), lambda row: frames.saved(row, beside))
        return AskedEach(
            out=self.out,
            questions=self.wording.questions,
            num_pictures=plan.num_pictures,
            num_rows=plan.num_rows,
            num_errors=errors.count,
            num_left=plan.num_rows - num_had,
            num_crowds=plan.num_crowds,
            calls=self.spending.calls,
            usage=self.spending.usage,
            money=self.spending.money,
            is_over_budget=self.is_over_budget,
            first_errors=errors.first,
        )

    def _show(self, asked: AskedEach, frames: RowFrames, file: Path) -> None:
        name = frames.composer.model.name
        sheet = ContactSheet(
            frames=frames,
            title=self.pictures.name,
            lead=(
                f"Asked of {name}, regions {self.wording.encoding.spec}; pictures are as "
                "they were sent, cut to the region, whose thin outline was not."
            ),
        )
        sheet.write(file, asked, self.sheet_rows)


def _until_stop(pictures: Iterable[PlannedPicture]) -> Iterator[PlannedPicture]:
    """A plan that is stopped is made anew by the next run."""
    for picture in pictures:
        if is_stopping():
            raise KeyboardInterrupt
        yield picture


@final
class _Bar:
    """How far a run is, what it cost so far, and what the whole will cost."""

    def __init__(self, plan: GrowingPlan, spending: Spending, reporter: Reporter) -> None:
        self._plan, self._spending, self._reporter = plan, spending, reporter
        self._calls, self._money = spending.calls, spending.money
        self._begun = time.monotonic()

    def tell(self, num_done: int, num_errors: int) -> None:
        """So many rows were done by now in this run."""
        seconds = time.monotonic() - self._begun
        rate = num_done / seconds if seconds > 0 else 0.0
        is_whole, left = self._plan.is_whole, self._plan.num_left - num_done
        numbers: dict[str, float] = {"errors": num_errors} if num_errors else {}
        if self._spending.tokens:
            numbers["tokens"] = self._spending.tokens
        if self._spending.price is not None and num_done:
            spent = self._spending.money
            numbers["price"] = spent
            if is_whole:
                numbers["price of all"] = spent + (spent - self._money) / num_done * left
        self._reporter.advance(
            Progress(
                step=self._plan.num_rows - left,
                steps=self._plan.num_rows if is_whole else 0,
                steps_per_second=rate,
                seconds_left=left / rate if is_whole and rate > 0 else None,
                numbers=numbers,
            )
        )
