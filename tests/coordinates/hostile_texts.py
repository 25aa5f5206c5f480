"""NUM hostile texts and some of LENGTH characters for every reader; prints a report as JSON.

    python hostile_texts.py NUM LENGTH [DIALECT …]

The long ones take a third of a second at most; one that takes the process a minute of its own is
given up, and told.
"""

import json
import random
import signal
import sys
from typing import Any

from deixis.coordinates import Dialect, dialects
from deixis.core import region as make
from deixis.core.size import Size

SIZE = Size(width=1280, height=720)
GIVE_UP_S = 60
PIECES = (
    *"[](){}<>,:;\"'`\\/|=-+._ \n\t\0",
    *("[[", "]]", "1e999", "NaN", "-Infinity", "9" * 30, "0.5", "12", "999", "1000", "1023", "-3"),
    *("<box>", "</box>", "<ref>", "</ref>", "<|box_start|>", "<|det|>", "<|/det|>", "<point x="),
    *("<loc0001>", "<seg001>", "<loc_1>", "<poly>", "<sep>", "<patch_index_0001>", "<object>"),
    *("</point>", '<points coords="', "bbox_2d", '"box_2d": ', '"mask": "data:image/png;base64,'),
    *(
        "```json\n",
        "the cat",
        "’",
        "\ud83d",
        "🦊",
        "\u2028",
        "\u0663",
        "é",
        "null",
        "True",
        "\\u12",
    ),
)
UNITS = (
    *("[", "{", "<", "(", "9", "9,", "1, 2, ", '"', "'", "\\", " ", "[1,2", '{"a":', "1.", "-"),
    *('["', "['\"", "<point ", '<point x="', "<points coords='1 1 2", "<loc_", "<loc_1>", "]"),
    *("<loc0001>", "<patch_index_", "<object>", "<box>[[", "<ref>", "<|det|>", "<poly>", "a,"),
    *('{"bbox_2d": [1, 2, 3, 4]}, ', "[1,2,3,4", "<|box_start|>(1,2),", ":", "&#", "{[(", "<l"),
    *(
        "<point ='",
        "(1,2)",
        "<seg001>",
        "<loc0001> ",
        "\n",
        "<a",
        "1 ",
        "<phrase>",
        "x=1",
        "[<think><eos>",
    ),
)


def main(num: int, length: int, names: list[str]) -> None:
    signal.signal(signal.SIGPROF, give_up)
    report: dict[str, dict[str, Any]] = {}
    for name in names or dialects.names():
        dialect = dialects.get(name)()
        unread = next((unit for unit in UNITS if not is_read(dialect, unit, length)), None)
        report[name] = {"failure": first_failure(dialect, num), "unread": unread}
    sys.stdout.write(json.dumps(report))


class GivenUpError(Exception):
    """A text took longer than any needs."""


def give_up(number: int, frame: object) -> None:
    raise GivenUpError


def is_read(dialect: Dialect, unit: str, length: int) -> bool:
    length = length if unit in "[{<9" else length // 7
    text = (unit * length)[:length]
    signal.setitimer(signal.ITIMER_PROF, GIVE_UP_S)
    try:
        dialect.read(text, SIZE)
    except GivenUpError:
        return False
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return True


def first_failure(dialect: Dialect, num: int) -> str | None:
    """Any exception, or a region that is not in the picture."""
    source = random.Random(20240711)
    cup = make.box(100, 200, 300, 400, label="cup")
    more = [make.point(88, 240), make.box(0, 0, 1280, 720, label='a "b" <c>')]
    sayings = [dialect.say([cup], SIZE), dialect.say(more, SIZE)]
    for _ in range(num):
        text = hostile(source, source.choice(sayings))
        try:
            boxes = [region.box() for region in dialect.read(text, SIZE).regions]
        except Exception as failure:  # noqa: BLE001  # any exception is what we look for
            return f"{text!r}: {failure!r}"
        if any(min(b.xyxy) < 0 or b.x1 > SIZE.width or b.y1 > SIZE.height for b in boxes):
            return f"{text!r}: {boxes}"
    return None


def hostile(source: random.Random, saying: str) -> str:
    """A mutated saying, or random pieces."""
    if source.random() < 0.3:
        return "".join(source.choices(PIECES, k=source.randrange(24)))
    text = saying
    for _ in range(source.randrange(1, 4)):
        a, b = sorted((source.randrange(len(text) + 1), source.randrange(len(text) + 1)))
        b = min(b, a + 12)
        piece = source.choice(PIECES)
        text = source.choice(
            (
                text[:a],
                text[a:],
                text[:a] + text[b:],
                text[:b] + text[a:],
                text[:a] + piece + text[a:],
                text[:a] + piece + text[b:],
            )
        )
    return text


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
