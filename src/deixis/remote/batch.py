"""Many questions at once: the same one asked once, and what was answered kept when one fails."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias, final

from deixis.core.errors import DeixisError, RemoteError
from deixis.core.stopping import stop_requests
from deixis.models.interface import Completion, Question

Fingerprint: TypeAlias = Callable[[Question], str | None]  # None: never the same as another
Ask: TypeAlias = Callable[[Question, str | None, threading.Event], Completion]
Keep: TypeAlias = Callable[[str | None, Completion], None]


@final
class Batch:
    """The questions of one call, and the answers as they come.

    After the first failure no further question is begun; those under way are waited for.
    """

    def __init__(
        self, questions: Sequence[Question], *, fingerprint: Fingerprint, ask: Ask, keep: Keep
    ) -> None:
        self._questions = questions
        self._fingerprint = fingerprint
        self._ask = ask
        self._keep = keep
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._owners = list(range(len(questions)))  # the index that is asked in each one's place
        self._first: dict[str, int] = {}
        self._answers: list[Completion | None] = [None] * len(questions)
        self._failures: list[tuple[int, DeixisError]] = []

    def run(self, concurrency: int) -> list[Completion]:
        """All answers, in the questions' order."""
        if not self._questions:
            return []
        is_alone = threading.current_thread() is not threading.main_thread()
        if is_alone and len(self._questions) == 1:  # no signal interrupts it here
            self._answer(0)
        else:
            self._answer_all(min(concurrency, len(self._questions)))
        answers = tuple(self._answers[owner] for owner in self._owners)
        if self._failures:
            raise self._failure(answers)
        return [answer for answer in answers if answer is not None]

    def _answer_all(self, concurrency: int) -> None:
        with (
            stop_requests("the answers under way", interrupts=True),
            ThreadPoolExecutor(concurrency) as workers,
        ):
            try:
                tasks = [workers.submit(self._answer, i) for i in range(len(self._questions))]
                for task in tasks:
                    task.result()
            finally:
                self._stop.set()

    def _answer(self, index: int) -> None:
        if self._stop.is_set():
            return
        try:
            question = self._questions[index]
            known_as = self._fingerprint(question)
            if known_as is not None:
                with self._lock:
                    self._owners[index] = self._first.setdefault(known_as, index)
            if self._owners[index] == index:
                answer = self._ask(question, known_as, self._stop)
                self._answers[index] = answer  # before `keep`, which may fail
                self._keep(known_as, answer)
        except DeixisError as error:
            with self._lock:
                self._failures.append((index, error))
            self._stop.set()

    def _failure(self, answers: tuple[Completion | None, ...]) -> DeixisError:
        index, error = self._failures[0]
        num_answered = sum(answer is not None for answer in answers)
        if num_answered == 0 and (len(answers) == 1 or not isinstance(error, RemoteError)):
            return error
        message = (
            f"question {index + 1} of {len(answers)} failed: {error}; {num_answered} were answered"
        )
        failure = RemoteError(message, answers=answers)
        failure.__cause__ = error
        return failure
