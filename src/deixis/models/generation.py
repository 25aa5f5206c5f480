"""How an answer is made, and what comes of it."""

import json
import math
from dataclasses import dataclass, field
from typing import final

from deixis.core import given
from deixis.core.errors import UsageError
from deixis.core.untrusted_text import shown


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Generation:
    """How an answer is made. Greedy by default.

    `schema` is a JSON schema, as text, that a server holds the answer to.
    """

    max_new_tokens: int = 128
    temperature: float = 0.0  # 0: greedy
    top_p: float = 1.0
    seed: int | None = None  # of sampling; None: the framework's own state
    stop: tuple[str, ...] = ()
    schema: str = ""  # empty: the answer is free

    def __post_init__(self) -> None:
        given.fields(self, "a generation", given.whole, ("max_new_tokens",))
        given.fields(self, "a generation", given.number, ("temperature", "top_p"))
        given.fields(self, "a generation", given.words, ("stop",))
        given.text("a generation's schema", self.schema)
        if self.seed is not None:
            given.fields(self, "a generation", given.whole, ("seed",))
        if self.schema:
            _check_schema(self.schema)
        if self.max_new_tokens < 1:
            raise UsageError(f"max_new_tokens is at least 1, got {self.max_new_tokens}")
        finite = math.isfinite(self.temperature)
        if not finite or self.temperature < 0 or not 0 < self.top_p <= 1:
            raise UsageError(
                f"temperature is ≥ 0 and top_p within (0, 1], got {self.temperature}, {self.top_p}"
            )
        if self.seed is not None and not 0 <= self.seed < 2**63:
            raise UsageError(f"a seed is within 0..2^63, got {self.seed}")
        if not all(isinstance(stop, str) and stop for stop in self.stop):
            raise UsageError(f"stops are words of at least one letter, got {self.stop}")


def _check_schema(schema: str) -> None:
    try:
        is_object = isinstance(json.loads(schema), dict)
    except (ValueError, RecursionError):
        is_object = False
    if not is_object:
        raise UsageError(f"a schema is a JSON object, as text, got {shown(schema)}")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """A call took so many tokens: of the prompt, its pictures among them, and of the answer."""

    prompt: int
    answer: int

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(prompt=self.prompt + other.prompt, answer=self.answer + other.answer)

    def __sub__(self, other: "Usage") -> "Usage":
        return Usage(prompt=self.prompt - other.prompt, answer=self.answer - other.answer)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Completion:
    """A model's words. `finish` tells why it stopped: "stop" or "length"; `usage` is what a server
    told of its cost, None where it told nothing or the answer was had before.
    """

    text: str
    finish: str = "stop"
    tokens: tuple[int, ...] = ()
    usage: Usage | None = field(default=None, compare=False)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerScore:
    """How likely one given answer is: the log-probability of each of its tokens."""

    answer: str
    token_logprobs: tuple[float, ...]

    @property
    def total(self) -> float:
        """Log-probability of the whole answer."""
        return sum(self.token_logprobs)

    @property
    def mean(self) -> float:
        """Log-probability per token: fair between short and long answers."""
        return self.total / len(self.token_logprobs)
