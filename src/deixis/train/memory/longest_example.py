"""The longest example that a tuned model can meet, in place of data, to count memory on."""

from collections.abc import Callable
from pathlib import Path
from typing import final

import numpy as np
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.train.conversations import ConversationSource, LearnedTurn, OpenedTurn, Told

PICTURE = (480, 640)  # rows and columns, as most of COCO's have
UNLIMITED = 1024  # tokens that are counted on where an example may have any number
QUESTION, WORD = "What is this?", " a"
FEW, MANY = 4, 68  # words, of which the tokens of one are told


@final
class NoData(ConversationSource):
    """No answers at all: memory is counted without a data set."""

    file = Path("the longest example")
    bad = {}  # noqa: RUF012  # never filled

    @property
    @override
    def num_examples(self) -> None:
        return None

    @property
    @override
    def num_an_epoch(self) -> int:
        return 1

    @property
    @override
    def summary(self) -> str:
        return "no data"

    @override
    def told(self, index: int, generator: np.random.Generator) -> Told:
        raise UsageError("memory is counted without data")


def longest(num_tokens: Callable[[OpenedTurn], int], most: int | None) -> OpenedTurn:
    """One picture and an answer that fills the limit; the answer's words cost most."""
    most = most or UNLIMITED
    few, many = (num_tokens(_of(words)) for words in (FEW, MANY))
    words = FEW + int((most - few) * (MANY - FEW) / (many - few))
    if few > most:
        raise UsageError(
            f"a picture, a question and {FEW} words have {few} tokens, task.max_tokens is {most}"
        )
    while words > FEW and num_tokens(_of(words)) > most:
        words -= 1
    return _of(words)


def _of(words: int) -> OpenedTurn:
    answer = (WORD * words).strip()
    turn = LearnedTurn(row=0, pictures=(), question=QUESTION, answer=answer)
    grey = Image(pixels=np.full((*PICTURE, 3), 127, dtype=np.uint8))
    return OpenedTurn(turn=turn, images=(grey,))
