"""The rows of some tasks are asked in one process: so many at once, each kept before its place is
given to the next.

Pictures are opened when their first row is asked, and closed after their last; what lies open at a
time is bounded by its pixels.
"""

import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias, final

import numpy as np

from deixis.ask.composer import Asking, Composed, Composer, Marks
from deixis.ask.model import Model
from deixis.batch.each.plan import EachTask, PlannedPicture, PlannedRow, marks_of, planned_pictures
from deixis.batch.each.row_journal import JournalPart, RowIndex
from deixis.batch.each.spending import Spending
from deixis.core import region_json
from deixis.core.errors import DeixisError, RemoteError, UsageError
from deixis.core.image import Image
from deixis.core.images import open_image, picture_size
from deixis.core.region import Region, box
from deixis.core.stopping import is_stopping
from deixis.encodings.spec import EncodingSpec
from deixis.models.generation import Completion, Generation

RowRecord: TypeAlias = dict[str, Any]  # Any: JSON
MOST_PIXEL_BYTES = 192 << 20  # of the pictures that are open at a time, but for one alone
LOOK_S = 0.2  # after which a stop is seen
MANY_FAILURES = 3  # times `at_once` in a row, without an answer among them: all stops


@final
@dataclass(frozen=True, kw_only=True)
class RowWording:
    """How rows become questions: the slot that stands for the region, its encoding, and how the
    answer is made.
    """

    questions: tuple[str, ...]
    slot: str | None
    encoding: EncodingSpec
    system: str | None = None
    settings: Generation = field(default_factory=Generation)
    strict: bool = False

    def asking(self, row: PlannedRow, image: Image) -> Asking:
        """A row with its picture as a question."""
        if row.region is None or self.slot is None:
            return Asking(images=(image,), text=row.question)
        regions = self.encoding.encode({self.slot: row.region})
        return Asking(images=(image,), text=row.question, regions=regions)


def check_composes(model: Model, wording: RowWording) -> None:
    """What would go wrong with every row is told before the first."""
    image = Image(pixels=np.full((240, 320, 3), 127, np.uint8))
    region = None if wording.slot is None else box(80, 60, 240, 180)
    row = PlannedRow(image="", id="", region=region, question=wording.questions[0])
    notes: list[list[Region]] | None = None if model.knowledge is None else [[]]
    model.composer.compose(wording.asking(row, image), marks="given", notes=notes)


@final
class OpenPictures:
    """Pictures are opened while there is room for their pixels."""

    def __init__(self, most: int = MOST_PIXEL_BYTES) -> None:
        self._most = most
        self._held = 0
        self._changed = threading.Condition()

    def open(self, path: Path) -> Image:
        """The picture, as soon as there is room for it."""
        needed = 3 * picture_size(path).area
        with self._changed:
            self._changed.wait_for(lambda: not self._held or self._held + needed <= self._most)
            self._held += needed
        try:
            return open_image(path)
        except BaseException:
            self._give_back(needed)
            raise

    def close(self, image: Image) -> None:
        """The picture is no longer needed."""
        self._give_back(3 * image.size.area)

    def _give_back(self, num_bytes: int) -> None:
        with self._changed:
            self._held -= num_bytes
            self._changed.notify_all()


@final
class PictureInHand:
    """A picture of which rows are asked: opened once, looked at once."""

    def __init__(self, picture: PlannedPicture, num_rows: int, pictures: OpenPictures) -> None:
        self._picture, self._pictures = picture, pictures
        self._left = num_rows
        self._image: Image | None = None
        self._notes: Sequence[Sequence[Region]] | None = None
        self._error = picture.error
        self._lock = threading.Lock()

    def image(self) -> Image:
        """The picture; DeixisError says why it cannot be opened, to each row."""
        with self._lock:
            if self._error is not None:
                raise DeixisError(self._error)
            if self._image is None:
                self._image = self._opened()
            return self._image

    def notes(self, composer: Composer) -> Sequence[Sequence[Region]] | None:
        """What is known of the picture, where the model is given knowledge."""
        if composer.knowledge is None:
            return None
        image = self.image()
        with self._lock:
            if self._notes is None:
                self._notes = composer.knowledge.look_all([image])
            return self._notes

    def _opened(self) -> Image:
        try:
            return self._pictures.open(self._picture.path)
        except DeixisError as error:
            self._error = str(error)
            raise

    def let_go(self) -> None:
        """One of its rows is done."""
        with self._lock:
            self._left -= 1
            if not self._left and self._image is not None:
                self._pictures.close(self._image)
                self._image = self._notes = None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class RowInHand:
    """A row that is asked, with its picture."""

    row: PlannedRow
    picture: PictureInHand


@final
class RowAsker:
    """One process asks rows of a model, `at_once` at a time, and keeps each in its part of the
    journal. What another `had` asked of a task before it died is not asked again.
    """

    def __init__(
        self,
        model: Model,
        wording: RowWording,
        part: JournalPart,
        spending: Spending,
        at_once: int,
        had: RowIndex | None = None,
    ) -> None:
        self.model, self.wording, self.part, self.spending = model, wording, part, spending
        most = min(at_once, model.vlm.num_at_once)  # calls of a server, or a batch of our own
        self.at_once, self.batch = (most, 1) if model.vlm.is_remote else (1, most)
        self.num_done = self.num_errors = 0
        self.is_over_budget = False
        self._had = had
        self._vlm = model.vlm.remembering()
        self._composer = model.composer
        self._marks: Marks = "told"  # once; then the same without a word
        self._pictures = OpenPictures()
        self._slots = threading.Semaphore(self.at_once)
        self._news = threading.Event()
        self._tally = threading.Lock()
        self._failure: BaseException | None = None
        self._num_failed_in_a_row = 0

    def run(self, file: Path, tasks: Iterable[EachTask]) -> Iterator[None]:
        """The rows of tasks are asked; it yields now and then, so that progress can be told. It
        ends early where the process is asked to stop, or the budget is spent.
        """
        with ThreadPoolExecutor(self.at_once) as workers:
            for rows in _batches(self._rows(file, tasks), self.batch):
                yield from self._waits_for(self._slots)
                if not (yield from self._admitted(len(rows))):
                    self._slots.release()
                    break
                workers.submit(self._ask, rows).add_done_callback(self._end)
                yield
            for _ in range(self.at_once):
                yield from self._waits_for(self._slots)
        for _ in range(self.at_once):
            self._slots.release()
        if self._failure is not None:
            raise self._failure

    def _rows(self, file: Path, tasks: Iterable[EachTask]) -> Iterator[RowInHand]:
        for task in tasks:
            place = 0
            for picture in planned_pictures(file, task.begin, task.end):
                rows = picture.rows(self.wording.questions)
                done = task.is_done[place : place + len(rows)]
                place += len(rows)
                left = [row for row, is_done in zip(rows, done, strict=True) if not is_done]
                if self._had is not None:
                    had = self._had.is_answered(marks_of(left))
                    left = [row for row, was_had in zip(left, had, strict=True) if not was_had]
                in_hand = PictureInHand(picture, len(left), self._pictures)
                for row in left:
                    yield RowInHand(row=row, picture=in_hand)

    def _waits_for(self, slots: threading.Semaphore) -> Iterator[None]:
        while not slots.acquire(timeout=LOOK_S):
            yield

    def _admitted(self, num_calls: int) -> Generator[None, None, bool]:
        """Whether calls may be begun, which they are then; those under way are waited for where
        only they can tell.
        """
        while not is_stopping() and self._failure is None:
            if self.spending.begin(num_calls):
                return True
            if not self.spending.num_open:
                self.is_over_budget = True
                return False
            self._news.wait(LOOK_S)
            self._news.clear()
            yield
        return False

    def _end(self, future: "Future[None]") -> None:
        self._failure = self._failure or future.exception()
        self._slots.release()
        self._news.set()

    def _ask(self, rows: Sequence[RowInHand]) -> None:
        """Rows are asked together and kept; what goes wrong with one alone is its row."""
        composed: list[Composed | RowRecord] = [self._composed(one) for one in rows]
        asked = [one for one in composed if isinstance(one, Composed)]
        self.spending.give_back(len(rows) - len(asked))
        answers = iter(self._answers(asked))
        for one, found in zip(rows, composed, strict=True):
            record = next(answers) if isinstance(found, Composed) else found
            self.part.add({**one.row.record, **record})
            with self._tally:
                self.num_done += 1
                self.num_errors += "error" in record
            one.picture.let_go()

    def _composed(self, one: RowInHand) -> "Composed | RowRecord":
        with self._tally:
            marks, self._marks = self._marks, "widened"
        try:
            asking = self.wording.asking(one.row, one.picture.image())
            notes = one.picture.notes(self._composer)
            chosen: Marks = "strict" if self.wording.strict else marks
            return self._composer.compose(asking, marks=chosen, notes=notes)
        except DeixisError as error:
            return {"error": str(error), "asked": False}

    def _answers(self, asked: Sequence[Composed]) -> list[RowRecord]:
        if not asked:
            return []
        questions = [one.question(self.wording.system) for one in asked]
        try:
            completions = self._vlm.generate(questions, self.wording.settings)
        except DeixisError as error:
            if len(asked) > 1:  # which of them it was
                return [record for one in asked for record in self._answers([one])]
            self.spending.end(None, failed=True)
            self._count_failure(error)
            return [{"sent": asked[0].text, "error": str(error), "asked": True}]
        for completion in completions:
            self.spending.end(completion.usage)
        self._num_failed_in_a_row = 0
        if self.spending.is_blind:
            raise UsageError(
                f"{self.model.vlm.name} does not tell how many tokens a call took, so a budget in "
                "tokens or money cannot be kept; give one in calls: --budget calls=1000"
            )
        return [self._row(*pair) for pair in zip(asked, completions, strict=True)]

    def _count_failure(self, error: DeixisError) -> None:
        """All stops where each further call would fail too."""
        if self.model.vlm.is_remote and isinstance(error, UsageError):
            raise error  # of the key, the model's name or the address
        with self._tally:
            self._num_failed_in_a_row += 1
            if self._num_failed_in_a_row >= MANY_FAILURES * self.at_once:
                raise RemoteError(
                    f"{self._num_failed_in_a_row} calls in a row failed, the last: {error}; all "
                    "answers are kept, and the same command goes on from there"
                )

    def _row(self, asked: Composed, completion: Completion) -> RowRecord:
        """What an answer adds to a row: its words, and the places in them."""
        found = self.model.reading_of(asked, completion.text).regions
        record: RowRecord = {
            "sent": asked.text,
            "text": completion.text,
            "finish": completion.finish,
        }
        if found:
            record["regions"] = [region_json.to_record(one) for one in found]
        if completion.usage is not None:
            record["usage"] = asdict(completion.usage)
        return record


def _batches(rows: Iterator[RowInHand], size: int) -> Iterator[list[RowInHand]]:
    while batch := list(islice(rows, size)):
        yield batch
