"""Many questions with one model: in batches, or so many at a time as a server takes."""

import contextlib
import hashlib
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeAlias, TypeVar, final

from deixis.ask.answer import Answer
from deixis.ask.asking import (
    HOW_WORDS,
    History,
    How,
    Pictures,
    asking_of,
    check_asking,
    check_kinds,
    pointed,
)
from deixis.ask.composer import Asking, Pointed
from deixis.core import given
from deixis.core.arrays import array_of
from deixis.core.errors import DeixisError, RemoteError, UsageError
from deixis.core.image import Image
from deixis.core.progress import Progress, Reporter, Silent
from deixis.models.interface import Completion, Question

if TYPE_CHECKING:
    from deixis.ask.model import Model

# Any: pictures in any form, words, regions by name
QuestionRow: TypeAlias = Mapping[str, Any] | Sequence[Any]
OnError: TypeAlias = Literal["raise", "keep"]
Outcome: TypeAlias = Answer | DeixisError
Given = ParamSpec("Given")
Result = TypeVar("Result")
AHEAD = 4  # rows begun, for each that a server answers at a time
OF_ALL = frozenset({*HOW_WORDS, "cite", "judge"})


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _AskedRow:
    """A question of many, as it was given."""

    image: Pictures
    question: str
    regions: Mapping[str, Pointed]
    history: History = ()

    def asking(self) -> Asking:
        """The question with its pictures opened."""
        return asking_of(self.image, self.question, self.regions, self.history)

    def check(self) -> None:
        """UsageError where it cannot be asked, as far as can be told without opening pictures."""
        check_asking(self.image, self.question, self.regions, self.history)


def _row(row: QuestionRow, images: Pictures | None) -> _AskedRow:
    """A row is (image, question), (image, question, regions), or a dict with `image`, `question`,
    `regions`, `history` and regions by their names. Of a session, which has its `images`, it is the
    same without the image, or the question alone.
    """
    given = dict(_told(row, has_images=images is not None))
    image = given.pop("image") if images is None else images
    question, history = given.pop("question"), given.pop("history", ())
    regions = given.pop("regions", None)
    for name in OF_ALL & given.keys():
        raise UsageError(
            f"{name!r} is of the whole call, not of one question: give it to ask_all; a region "
            f'that is called so stands in the row\'s "regions"'
        )
    check_kinds(regions=regions, history=history)
    return _AskedRow(
        image=image, question=question, regions=pointed(regions, given), history=history
    )


def _told(row: QuestionRow, *, has_images: bool) -> Mapping[str, Any]:  # Any: as of QuestionRow
    needed = ("question",) if has_images else ("image", "question")
    if isinstance(row, str) and has_images:
        return {"question": row}
    if isinstance(row, Mapping) and all(name in row for name in needed):
        return row
    if not isinstance(row, str | bytes | Mapping) and isinstance(row, Sequence):
        names = (*needed, "regions")
        if len(needed) <= len(row) <= len(names):
            return dict(zip(names, row, strict=False))
    shape = f"({', '.join(needed)}), ({', '.join((*needed, 'regions'))})"
    got = f"a dict of {', '.join(map(str, row))}" if isinstance(row, Mapping) else _kind(row)
    raise UsageError(f"a question is {shape} or a dict of these by name, got {got}")


def _kind(row: object) -> str:
    length = f" of {len(row)}" if isinstance(row, tuple | list) else ""
    return f"{type(row).__name__}{length}"


def each_answer(
    model: "Model",
    rows: Iterable[QuestionRow],
    how: How,
    *,
    on_error: OnError = "raise",
    progress: Reporter | None = None,
    images: Pictures | None = None,
) -> Iterator[Outcome]:
    """The answers, in the rows' order, as they come. With "keep" an error is the outcome of its
    row; else the first one ends all, and no further question is begun.
    """
    given.choice("on_error", on_error, ("raise", "keep"))
    if isinstance(rows, Image) or array_of(rows) is not None:
        raise given.refused("questions", "a list of questions", rows)
    given.some("questions", rows, "a list of questions")
    if on_error == "raise" and isinstance(rows, Sequence):
        for number, row in enumerate(rows, start=1):
            _check(row, number, images)
    many = _Many(model=model.looking_once(), how=how, keeps=on_error == "keep", images=images)
    outcomes = many.over_server(rows) if model.vlm.is_remote else many.in_batches(rows)
    num = len(rows) if isinstance(rows, Sequence) else 0
    return _told_of(outcomes, num, progress or Silent())


def _check(row: QuestionRow, number: int, images: Pictures | None) -> None:
    try:
        _row(row, images).check()
    except DeixisError as error:
        raise error.at(f"question {number}") from error


def all_answers(
    model: "Model",
    rows: Iterable[QuestionRow],
    how: How,
    *,
    on_error: OnError,
    progress: Reporter | None,
    images: Pictures | None = None,
) -> list[Outcome]:
    """All of them; an error that ends the call holds the answers that were had, of a server."""
    had: list[Outcome] = []
    outcomes = each_answer(model, rows, how, on_error=on_error, progress=progress, images=images)
    try:
        had.extend(outcomes)
    except DeixisError as error:
        if not had or not model.vlm.is_remote:
            raise
        after = error.answers if isinstance(error, RemoteError) and error.answers else (None,)
        raise RemoteError(str(error), answers=(*had, *after)) from error
    return had


def _told_of(outcomes: Iterator[Outcome], num: int, reporter: Reporter) -> Iterator[Outcome]:
    """The outcomes, and after each the reporter knows of it."""
    begun, num_failed = time.monotonic(), 0
    for step, outcome in enumerate(outcomes, start=1):
        num_failed += isinstance(outcome, DeixisError)
        rate = step / max(time.monotonic() - begun, 1e-9)
        reporter.advance(
            Progress(
                step=step,
                steps=num,
                steps_per_second=rate,
                seconds_left=(num - step) / rate if num else None,
                numbers={"failed": num_failed} if num_failed else {},
            )
        )
        yield outcome


@final
class _Many:
    """One call for many questions."""

    def __init__(self, *, model: "Model", how: How, keeps: bool, images: Pictures | None) -> None:
        self.model = model
        self.how = model.spoken_how(how)
        self.keeps = keeps
        self.images = images
        self._lock = threading.Lock()
        self._asked: dict[str, Future[Completion]] = {}

    def in_batches(self, rows: Iterable[QuestionRow]) -> Iterator[Outcome]:
        """A model on this machine answers a batch at a time."""
        rows, number = iter(rows), 0
        while batch := list(islice(rows, self.model.vlm.num_at_once)):
            yield from self._batch(batch, first=number)
            number += len(batch)

    def _batch(self, rows: Sequence[QuestionRow], first: int) -> Iterator[Outcome]:
        read = [_tried(self._asking, row) for row in rows]
        for number, one in enumerate(read, start=first):
            if isinstance(one, DeixisError) and not self.keeps:
                raise one.at(f"question {number + 1}")
        askings = [one for one in read if isinstance(one, Asking)]
        if not self.keeps:
            yield from self.model.answers_to(askings, self.how)
            return
        together = _tried(self.model.answers_to, askings, self.how)
        answers: Iterator[Outcome] = (
            map(self._alone, askings) if isinstance(together, DeixisError) else iter(together)
        )
        for one in read:
            yield one if isinstance(one, DeixisError) else next(answers)

    def _asking(self, row: QuestionRow) -> Asking:
        return _row(row, self.images).asking()

    def _alone(self, asking: Asking) -> Outcome:
        answers = _tried(self.model.answers_to, [asking], self.how)
        return answers if isinstance(answers, DeixisError) else answers[0]

    def over_server(self, rows: Iterable[QuestionRow]) -> Iterator[Outcome]:
        """A server answers several at a time, which are composed meanwhile."""
        num = self.model.vlm.num_at_once
        under_way, number = deque[Future[Answer]](), 0
        workers = ThreadPoolExecutor(num, thread_name_prefix="deixis-ask")
        try:
            for row in rows:
                under_way.append(workers.submit(self._answer, row))
                if len(under_way) == AHEAD * num:
                    yield self._outcome(under_way, number)
                    number += 1
            while under_way:
                yield self._outcome(under_way, number)
                number += 1
        finally:
            for one in under_way:
                one.cancel()
            workers.shutdown()

    def _outcome(self, under_way: deque[Future[Answer]], number: int) -> Outcome:
        """The first one's outcome; where its error ends all, the answers of those after it that had
        begun go with it.
        """
        first = under_way.popleft()
        try:
            return first.result()
        except DeixisError as error:
            if self.keeps:
                return error
            had = [None if one.cancel() or one.exception() else one.result() for one in under_way]
            told = error.at(f"question {number + 1}")
            if not any(had):
                raise told from error
            raise RemoteError(str(told), answers=(None, *had)) from error

    def _answer(self, row: QuestionRow) -> Answer:
        (composed,) = self.model.composed([self._asking(row)], self.how)
        completion = self._once(composed.question(self.how.system))
        return self.model.answer_of(composed, self.how, completion)

    def _once(self, question: Question) -> Completion:
        """What is greedy or seeded is sent once, and the others wait for it."""
        settings = self.how.settings
        if settings.temperature > 0 and settings.seed is None:
            return self.model.vlm.generate([question], settings)[0]
        key, mine = _digest(question), Future[Completion]()
        with self._lock:
            asked = self._asked.setdefault(key, mine)
        if asked is mine:
            with _told_to(mine):
                mine.set_result(self.model.vlm.generate([question], settings)[0])
        return asked.result()


def _tried(
    do: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs
) -> Result | DeixisError:
    try:
        return do(*args, **kwargs)
    except DeixisError as error:
        return error


@contextlib.contextmanager
def _told_to(future: "Future[Completion]") -> Iterator[None]:
    """Whoever waits for the future learns of the error that comes up here."""
    try:
        yield
    except BaseException as error:
        future.set_exception(error)
        raise


def _digest(question: Question) -> str:
    told = [
        [one.sha256 if isinstance(one, Image) else id(one) for one in question.pictures],
        question.text,
        question.system,
        [asdict(turn) for turn in question.earlier],
    ]
    words = json.dumps([*told, repr(question.notes)])
    return hashlib.sha256(words.encode()).hexdigest()
