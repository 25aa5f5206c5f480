"""An answer that comes word by word, and is an answer when it is over."""

from collections.abc import Callable, Iterator
from typing import final

from typing_extensions import override

from deixis.ask.answer import Answer
from deixis.coordinates import Place, Reader
from deixis.core.errors import UsageError
from deixis.core.region import Region
from deixis.models.interface import Completion


@final
class AnswerStream(Iterator[str]):
    """The words of one answer as they come.

    `regions` are those that are complete so far, in pixels of the original picture. `answer` is the
    whole, as `Model.ask` gives it; the words that have not come yet are waited for.
    """

    def __init__(
        self,
        words: Iterator[str],
        *,
        reader: Reader,
        located: Callable[[Place], Place],
        answered: Callable[[Completion], Answer],
    ) -> None:
        self._words = words
        self._reader = reader
        self._located = located
        self._answered = answered
        self._said: list[str] = []
        self._answer: Answer | None = None
        self._is_broken = False
        self._then: list[Callable[[Answer], None]] = []

    @override
    def __iter__(self) -> "AnswerStream":
        return self

    @override
    def __next__(self) -> str:
        if self._is_broken:
            raise UsageError(f"this answer broke off after {self.text!r:.60}: ask again")
        self._is_broken = True  # unless the next word, or the end, comes
        try:
            word = next(self._words)
        except StopIteration as end:
            self._is_broken = False
            if self._answer is None:
                self._answer = self._answered(end.value or Completion(text=self.text))
                for do in self._then:
                    do(self._answer)
            raise
        self._is_broken = False
        self._said.append(word)
        self._reader.feed(word)
        return word

    def __repr__(self) -> str:
        return f"AnswerStream({self.text!r:.60}, {'over' if self._answer else 'not over'})"

    @property
    def text(self) -> str:
        """The words that came so far."""
        return "".join(self._said)

    @property
    def regions(self) -> tuple[Region, ...]:
        """The regions that are complete so far."""
        if self._answer is not None:
            return self._answer.regions
        return tuple(self._located(place).region for place in self._reader.reading().places)

    @property
    def answer(self) -> Answer:
        """The whole answer, read to its end."""
        while self._answer is None:
            next(self, None)
        return self._answer

    def then(self, do: Callable[[Answer], None]) -> None:
        """Have `do` done with the answer, when it is over."""
        self._then.append(do)

    def close(self) -> None:
        """No further word is wanted: what the stream holds open is closed."""
        self._is_broken = self._answer is None
        close = getattr(self._words, "close", None)
        if close is not None:
            close()
