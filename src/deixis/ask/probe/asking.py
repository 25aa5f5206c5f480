"""A probe's questions are asked once: answers are kept in a file, and calls are counted."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import final

from deixis.core.answer_store import Answers, KeptAnswer
from deixis.core.errors import RemoteError
from deixis.models.interface import Generation, Question, VisionLanguageModel, image_of

MAX_FAILURES = 3  # in a row
LENGTH = 512  # tokens of an answer: some think first


@final
@dataclass(kw_only=True, slots=True)
class ProbeAsker:
    """Who is asked, with what was answered before; `num_calls` counts what the model was asked now,
    `num_kept` what the file had.
    """

    vlm: VisionLanguageModel
    kept: Answers | None = None
    settings: Generation = field(default_factory=Generation)
    num_calls: int = 0
    num_kept: int = 0
    failures: list[str] = field(default_factory=list)
    _failed_in_a_row: int = 0
    _memory: dict[str, str] = field(default_factory=dict)

    def ask(
        self, questions: Sequence[Question], *, max_new_tokens: int = LENGTH
    ) -> list[str | None]:
        """The words of each answer; None where a server failed, which is counted in `failures`."""
        settings = replace(self.settings, max_new_tokens=max_new_tokens)
        keys = [self._key(question, settings) for question in questions]
        for key in keys:
            self.num_kept += self._had(key) is not None
        missing = [i for i, key in enumerate(keys) if self._had(key) is None]
        if missing:
            chunk = max(4 * self.vlm.num_at_once, 1)
            for begin in range(0, len(missing), chunk):
                some = missing[begin : begin + chunk]
                self._call([questions[i] for i in some], [keys[i] for i in some], settings)
        return [self._had(key) for key in keys]

    def _call(
        self, questions: Sequence[Question], keys: Sequence[str], settings: Generation
    ) -> None:
        try:
            told = self.vlm.generate(questions, settings)
        except RemoteError as error:
            if len(questions) > 1:  # which of them failed, is found out one by one
                for question, key in zip(questions, keys, strict=True):
                    self._call([question], [key], settings)
                return
            self.num_calls += 1
            self.failures.append(str(error))
            self._failed_in_a_row += 1
            if self._failed_in_a_row >= MAX_FAILURES:
                raise
            return
        self.num_calls += len(questions)
        self._failed_in_a_row = 0
        new = {
            key: KeptAnswer(
                text=one.text, finish=one.finish, model=self.vlm.name, asked=question.text
            )
            for key, question, one in zip(keys, questions, told, strict=True)
        }
        self._memory |= {key: one.text for key, one in new.items()}
        if self.kept is not None:
            self.kept.add(new)

    def _had(self, key: str) -> str | None:
        if key in self._memory:
            return self._memory[key]
        answer = None if self.kept is None else self.kept.get(key)
        return None if answer is None else answer.text

    def _key(self, question: Question, settings: Generation) -> str:
        """The same for the same model, pictures, words and settings."""
        told = {
            "model": dict(self.vlm.identity),
            "pictures": [image_of(picture).sha256 for picture in question.pictures],
            "text": question.text,
            "settings": asdict(settings),
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
