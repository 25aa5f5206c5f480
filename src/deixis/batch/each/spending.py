"""What a run costs: calls, tokens where the server tells them, and money where prices are given."""

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, final

from deixis.core import given
from deixis.core.errors import UnknownNameError, UsageError
from deixis.models.generation import Usage

MILLION = 1_000_000
NAMES = {"in": "prompt", "out": "answer"}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class TokenPrice:
    """A million tokens cost so much, in any currency: of the prompt, and of the answer."""

    prompt: float
    answer: float

    def __post_init__(self) -> None:
        given.fields(self, "a price", _amount, ("prompt", "answer"))

    @classmethod
    def of(cls, told: "TokenPrice | str") -> "TokenPrice":
        """A price is read from "in=0.15,out=0.60"."""
        if isinstance(told, TokenPrice):
            return told
        found = _amounts(told, NAMES, "a price", "in=0.15,out=0.60")
        if len(found) < len(NAMES):
            raise UsageError(f"a price is told of both, as in=0.15,out=0.60, got {told!r}")
        return cls(prompt=found["in"], answer=found["out"])

    def cost(self, usage: Usage) -> float:
        """What these tokens cost."""
        return (usage.prompt * self.prompt + usage.answer * self.answer) / MILLION


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class CallBudget:
    """No more than this is spent, by all runs of a journal together. `money` needs a price."""

    calls: float = math.inf
    tokens: float = math.inf
    money: float = math.inf

    def __post_init__(self) -> None:
        given.fields(self, "a budget", _amount, ("calls", "tokens", "money"))

    @classmethod
    def of(cls, told: "CallBudget | str") -> "CallBudget":
        """A budget is read from "calls=1000", "tokens=2e6" or "money=5", or several of them."""
        if isinstance(told, CallBudget):
            return told
        known = {field.name: field.name for field in fields(cls)}
        return cls(**_amounts(told, known, "a budget", "calls=1000,money=5"))

    @property
    def needs_usage(self) -> bool:
        """Whether it can be kept only where the server tells tokens."""
        return min(self.tokens, self.money) < math.inf

    def share(self, count: int, spent: "Spending") -> "CallBudget":
        """What each of so many workers may still spend."""
        return CallBudget(
            calls=max(self.calls - spent.calls, 0) / count,
            tokens=max(self.tokens - spent.tokens, 0) / count,
            money=max(self.money - spent.money, 0) / count,
        )


def _amount(name: str, value: object) -> float:
    return given.number(name, value, least=0)


def _amounts(told: object, known: Mapping[str, str], what: str, example: str) -> dict[str, float]:
    if not isinstance(told, str):
        raise given.refused(what, f"written {example}", told)
    found: dict[str, float] = {}
    for part in told.split(","):
        name, equals, value = part.strip().partition("=")
        if not equals:
            raise UsageError(f"{what} is written {example}, got {told!r}")
        if name not in known:
            raise UnknownNameError(kind=f"part of {what}", name=name, known=known)
        try:
            amount = float(value)
        except ValueError:
            amount = math.nan
        if not amount >= 0 or name in found:
            raise UsageError(f"{what} has one amount from 0 on of {name}, got {told!r}")
        found[name] = amount
    return found


@final
class Spending:
    """A tally of what was spent. Safe with threads; a call is begun only where it surely fits.

    What a call under way will cost is taken to be as much as the dearest so far; until one has
    come back, a budget in tokens or money lets one go alone.
    """

    def __init__(self, budget: CallBudget | None = None, price: TokenPrice | None = None) -> None:
        self.budget = budget or CallBudget()
        self.price = price
        if self.budget.money < math.inf and price is None:
            raise UsageError("a budget in money needs a price: --price in=0.15,out=0.60")
        self.calls = 0
        self.usage = Usage(prompt=0, answer=0)
        self.num_told = 0  # calls of which the tokens are known
        self._is_untold = False
        self._num_open = 0
        self._dearest = (0, 0.0)
        self._lock = threading.Lock()

    @classmethod
    def of(cls, budget: CallBudget | str | None, price: TokenPrice | str | None) -> "Spending":
        """Nothing is spent yet, of a budget and at a price as they are told."""
        return cls(
            None if budget is None else CallBudget.of(budget),
            None if price is None else TokenPrice.of(price),
        )

    @property
    def tokens(self) -> int:
        """Tokens of prompts and answers."""
        return self.usage.prompt + self.usage.answer

    @property
    def money(self) -> float:
        """What the tokens cost, where there is a price."""
        return 0.0 if self.price is None else self.price.cost(self.usage)

    @property
    def num_open(self) -> int:
        """So many calls are under way."""
        return self._num_open

    @property
    def is_blind(self) -> bool:
        """Whether the budget cannot be kept, since an answer came without its tokens."""
        return self.budget.needs_usage and self._is_untold

    def begin(self, count: int) -> bool:
        """Calls are begun, if they fit beside those under way; whether they were."""
        with self._lock:
            if self._fits(self._num_open + count, self.calls + count):
                self.calls += count
                self._num_open += count
                return True
            return False

    def give_back(self, count: int) -> None:
        """Calls that were begun are not made."""
        with self._lock:
            self.calls -= count
            self._num_open -= count

    def end(self, usage: Usage | None, *, failed: bool = False) -> None:
        """A call came back, with so many tokens where they were told."""
        with self._lock:
            self._num_open -= 1
            if usage is not None:
                self._take(usage)
            elif not failed:
                self._is_untold = True

    def _fits(self, num_open: int, calls: int) -> bool:
        if calls > self.budget.calls:
            return False
        if not self.budget.needs_usage:
            return True
        if not self.num_told:
            return num_open == 1 and min(self.budget.tokens, self.budget.money) > 0
        tokens, money = self._dearest
        return (
            self.tokens + num_open * tokens <= self.budget.tokens
            and self.money + num_open * money <= self.budget.money
        )

    def add(self, calls: int, usage: Usage) -> None:
        """Another process made these calls."""
        self.calls += calls
        self.usage = self.usage + usage

    def expected(self, count: int) -> Usage | None:
        """What so many more calls will take, by the mean of those whose tokens are known."""
        if not self.num_told:
            return None
        share = count / self.num_told
        return Usage(
            prompt=round(self.usage.prompt * share), answer=round(self.usage.answer * share)
        )

    def add_row(self, row: Mapping[str, Any]) -> None:
        """A kept row was paid for by an earlier run."""
        if row.get("asked", True):
            self.calls += 1
        if isinstance(told := row.get("usage"), dict):
            self._take(Usage(prompt=told["prompt"], answer=told["answer"]))

    def _take(self, usage: Usage) -> None:
        self.num_told += 1
        self.usage = self.usage + usage
        money = 0.0 if self.price is None else self.price.cost(usage)
        self._dearest = (
            max(self._dearest[0], usage.prompt + usage.answer),
            max(self._dearest[1], money),
        )
