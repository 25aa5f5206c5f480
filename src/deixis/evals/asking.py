"""A model is asked only what it was not asked before, and each answer is kept as it comes."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias, final

from deixis.core.answer_store import Answers, KeptAnswer
from deixis.core.errors import RemoteError
from deixis.core.ordering import batches
from deixis.core.stopping import stop_requests
from deixis.models.interface import Completion, Generation, Question, VisionLanguageModel

LONGEST_WAIT = 60.0
AHEAD = 4  # times the questions that a server takes at once
REFUSAL = "refusal"
BEST = 5  # of the choices that are scored, as top-5 accuracy needs
SCORED = "scored"
SORTS = {"refused:": REFUSAL, "_timeout": "timeout", "content_filter": REFUSAL}


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Request:
    """A request is a question and the key under which its answer is kept. Where it has
    `choices`, these are scored, and the question is not answered in words.
    """

    key: str
    question: Question
    choices: tuple[str, ...] = ()


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """A question got no answer, for this reason."""

    reason: str

    @property
    def sort(self) -> str:
        """The failure is a refusal, a timeout or a fault of the server."""
        for sign, sort in SORTS.items():
            if sign in self.reason:
                return sort
        return "server"


AnswerOrFailure: TypeAlias = KeptAnswer | Failed


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class RetryPolicy:
    """A question that failed at a server is asked so many times, after a wait that doubles; once
    so many have failed for good, all stops.
    """

    tries: int = 1
    first_wait: float = 1.0
    max_failures: int = 0


@final
class Asker:
    """An asker has a model, its file of answers, and the settings for asking it. A model behind
    a server is asked as many questions at once as it allows, and each answer is kept as it
    comes; a local one is asked in its own batches.
    """

    def __init__(
        self,
        model: VisionLanguageModel,
        answers: Answers,
        settings: Generation,
        retry: RetryPolicy | None = None,
    ) -> None:
        self.model = model
        self.answers = answers
        self.settings = settings
        self.retry = retry or RetryPolicy()
        self.num_asked = 0
        self._failures = 0
        self._lock = threading.Lock()

    @property
    def num_at_once(self) -> int:
        """The model takes so many questions together."""
        return self.model.num_at_once

    @property
    def portion(self) -> int:
        """So many questions are worth bringing at a time: many for a server, so that a slow
        answer holds up few others.
        """
        return self.num_at_once * (AHEAD if self.model.is_remote else 1)

    def ask(self, requests: Sequence[Request]) -> dict[str, AnswerOrFailure]:
        """Each key gets an answer or a failure. RemoteError when too many have failed; what was
        answered is kept all the same.
        """
        by_key = {request.key: request for request in requests}
        found: dict[str, AnswerOrFailure] = {
            key: answer for key in by_key if (answer := self.answers.get(key)) is not None
        }
        missing = [key for key in by_key if key not in found]
        mine = self.answers.claim(missing)
        try:
            found |= self._ask([by_key[key] for key in missing if key in mine])
        finally:
            self.answers.release(mine)
        for key in missing:
            if key not in found:
                found |= self._wait(by_key[key])
        return found

    def _wait(self, request: Request) -> dict[str, AnswerOrFailure]:
        """Another process is asking for the answer, or had it before we looked."""
        answer = self.answers.get(request.key) or self.answers.wait(request.key)
        if answer is not None:
            return {request.key: answer}
        try:
            return self._ask([request])
        finally:
            self.answers.release([request.key])

    def _ask(self, requests: Sequence[Request]) -> dict[str, AnswerOrFailure]:
        if not requests:
            return {}
        if self.model.is_remote:
            return self._ask_server(requests)
        found: dict[str, AnswerOrFailure] = {}
        for batch in batches(requests, self.num_at_once):
            scored = [request for request in batch if request.choices]
            asked = [request for request in batch if not request.choices]
            if scored:
                found |= self._keep(scored, [best_first(self.model, one) for one in scored])
            if asked:
                completions = self.model.generate([one.question for one in asked], self.settings)
                found |= self._keep(asked, completions)
        return found

    def _ask_server(self, requests: Sequence[Request]) -> dict[str, AnswerOrFailure]:
        stop = threading.Event()
        with (
            stop_requests("the answers under way, which are kept", interrupts=True),
            ThreadPoolExecutor(min(self.num_at_once, len(requests))) as workers,
        ):
            tasks = [workers.submit(self._ask_once, request, stop) for request in requests]
            try:
                return {k: one for task in tasks for k, one in task.result().items()}
            finally:
                stop.set()
                workers.shutdown(cancel_futures=True)

    def _ask_once(self, request: Request, stop: threading.Event) -> dict[str, AnswerOrFailure]:
        """A server is asked one question, again as the retry policy allows."""
        failed = Failed(reason="")
        for attempt in range(self.retry.tries):
            if failed.sort == REFUSAL or stop.wait(self._pause(attempt)):
                break
            try:
                completions = self.model.generate([request.question], self.settings)
            except RemoteError as error:
                failed = Failed(reason=str(error))
            else:
                return self._keep([request], completions)
        if not failed.reason:
            return {}  # it was not asked, since another has stopped all
        self._count_failure(failed.reason, stop)
        return {request.key: failed}

    def _pause(self, attempt: int) -> float:
        if attempt == 0:
            return 0.0
        return min(self.retry.first_wait * 2 ** (attempt - 1), LONGEST_WAIT)

    def _count_failure(self, reason: str, stop: threading.Event) -> None:
        with self._lock:
            self._failures += 1
            if self._failures > self.retry.max_failures:
                stop.set()
                raise RemoteError(
                    f"{self.model.name}: {self._failures} failed, the last: {reason}. All answers "
                    f"so far are in {self.answers.path}; the same again goes on from there"
                )

    def _keep(
        self, requests: Sequence[Request], completions: Sequence[Completion]
    ) -> dict[str, AnswerOrFailure]:
        found = {
            request.key: KeptAnswer(
                text=completion.text,
                finish=completion.finish,
                model=self.model.name,
                asked=request.question.text,
            )
            for request, completion in zip(requests, completions, strict=True)
        }
        self.answers.add(found)
        with self._lock:
            self.num_asked += len(found)
        return dict(found)


def best_first(model: VisionLanguageModel, request: Request) -> Completion:
    """The best of the choices come a line each, by the mean log-probability of their tokens."""
    scores = model.answer_logprobs(request.question, request.choices)
    ranked = sorted(scores, key=lambda score: -score.mean)
    return Completion(text="\n".join(score.answer for score in ranked[:BEST]), finish=SCORED)
