"""Answers of models, read by every dialect: which never raises, whatever the text holds."""

from collections.abc import Sequence
from typing import final

import numpy as np

from deixis.coordinates import dialects
from deixis.core import region as make
from deixis.core.errors import DeixisError
from deixis.core.size import Size
from fuzz import hostile
from fuzz.mutate import LONGEST, text_mutant, text_of
from fuzz.targets import Target

SIZES = ("64x48", "640x480", "8000x8000", "3x20000", "1x1")
PIECES = (
    *(
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "<",
        ">",
        ",",
        ":",
        ";",
        '"',
        "'",
        "`",
        "\\",
        "/",
        "|",
        "=",
        " ",
    ),
    *("\n", "12", "0.5", "999", "-3", "1e3", "null", "true", "a cup", "```json\n", "```", "and "),
    *("<box>", "</box>", "<ref>", "</ref>", "<|det|>", "<|/det|>", "<|box_start|>", "<|box_end|>"),
    *("<loc0001>", "<loc0500>", "<loc_12>", "<seg001>", "<poly>", "</poly>", "<sep>", "</s>"),
    *("<patch_index_0012>", "<object>", "<phrase>", '<point x="1" y="2" alt="', "</point>", "&#"),
    *("<points coords='", '"bbox_2d": ', '"point_2d": ', '"box_2d": ', '"label": ', '"mask": "'),
    *("data:image/png;base64,", "iVBORw0KGgo", "<think>", "</think>", "<eos>"),
)


@final
class Answers(Target):
    """A line `DIALECT WIDTHxHEIGHT`, then the answer."""

    def seeds(self) -> Sequence[bytes]:
        """What each dialect says itself, with words around it."""
        size = Size(width=640, height=480)
        cup = make.box(100, 120, 300, 400, label="a cup")
        places = [cup, make.point(50, 60, label="dog"), make.box(1, 2, 30, 40)]
        seeds = []
        for name in dialects.names():
            for some in (places, places[:1]):
                try:
                    said = dialects.get(name)().say(some, size)
                except DeixisError:
                    continue
                seeds.append(f"{name} 640x480\nIt is {said} there.\n".encode())
        return seeds

    def made(self, generator: np.random.Generator) -> bytes:
        """Pieces of every dialect in a row, the row again and again."""
        names = dialects.names()
        name = names[int(generator.integers(len(names)))]
        picked = generator.integers(len(PIECES), size=hostile.many(generator, 30))
        unit = "".join(PIECES[int(place)] for place in picked)
        if generator.random() < 0.2:
            unit += hostile.word(generator)
        times = hostile.many(generator, LONGEST // (len(unit) + 1))
        size = SIZES[int(generator.integers(len(SIZES)))]
        return f"{name} {size}\n{unit * times}".encode("utf-8", "surrogatepass")

    def mutant(self, data: bytes, generator: np.random.Generator) -> bytes:
        """The answer changed, the first line mostly not."""
        head, _, answer = data.partition(b"\n")
        if generator.random() < 0.2:
            head = head.split(b" ")[0] + b" " + str(generator.choice(SIZES)).encode()
        return head + b"\n" + text_mutant(answer, generator)

    def run(self, data: bytes) -> None:
        """Read it; what is read and what is left unread are no more than was written."""
        head, _, answer = text_of(data).partition("\n")
        name, _, sides = head.partition(" ")
        width, _, height = sides.partition("x")
        if name not in dialects.names() or not (width + height).isdecimal():
            return
        size = Size(width=int(width), height=int(height))
        try:
            reading = dialects.get(name)().read(answer, size)
        except DeixisError as error:
            raise AssertionError(f"a reader raised: {error}") from error
        for piece in (*reading.places, *reading.unread):
            assert 0 <= piece.start < piece.end <= len(answer)
        assert sum(len(piece.text) for piece in reading.unread) <= 4 * len(answer) + 1000
        assert len(reading.regions) <= len(answer)
