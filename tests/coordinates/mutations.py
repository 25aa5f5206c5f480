"""NUM mutated answers, each under its own reader or another; prints a report as JSON.

    python mutations.py NUM [FIRST]

The answers are those of the corpus beside this file, and what the dialects say themselves. A
report names for each kind of failure how often it came, and the first few texts.
"""

import json
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deixis.coordinates import Dialect, Reading, dialects
from deixis.coordinates.resizing import resize_of
from deixis.core import region as make
from deixis.core.size import Size
from tests.coordinates.number_groups import unaccounted

SEED = 19
CORPUS = Path(__file__).with_name("corpus")
FIRST = 12  # texts that are told for each dialect and kind
DIGITS = ("٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
NOISE = (
    *"[](){}<>,:;\"'`\\/|=-+._ \n\t0123456789",
    *("[[", "]]", "1e999", "NaN", "-Infinity", "9" * 30, "0.5", "12", "999", "1000", "-3", "1001"),
    *("<box>", "</box>", "<ref>", "</ref>", "<|box_start|>", "<|box_end|>", "<|det|>", "<|/det|>"),
    *("<point>", "</point>", "<bbox>", "<loc0001>", "<loc_1>", "<patch_index_0001>", "<165>"),
    *('<points coords="1 1 9 9">', "<point x=", "</points>", "bbox_2d", '"box_2d": ', "x=5, y=6"),
    *("click(", "point='", "start_box='", '"x": 7', "```json\n", "```", "<think>", "</think>"),
    *(" the cat ", "’", "🦊", "\u2028", "\u00a0", "é", "null", "True", "px", "%", "$5", "，"),
)
WRAPPERS = (
    "Sure! Here it is: {}\nAnything else?",
    "```json\n{}\n```",
    "```\n{}",
    "```python\n{}\n```",
    "**{}**",
    "<think>Let me see.</think>\n{}",
    "It costs $5.20 (2 for 9). {} See [1].",
    "<answer>{}</answer>",
    "{}<|im_end|>",
    "\\boxed{{{}}}",
    "1. {}\n2. {}",
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """An answer stands in a dialect, about a picture of a size."""

    dialect: str
    answer: str
    size: Size
    settings: dict[str, Any]

    def reader(self) -> Dialect:
        """Its dialect with its settings."""
        return with_settings(self.dialect, self.settings)


def with_settings(name: str, settings: dict[str, Any]) -> Dialect:
    """A dialect as the settings of a row of the corpus say."""
    made = {key: resize_of(told) if key == "resize" else told for key, told in settings.items()}
    return dialects.get(name)(**made)


def rows() -> list[Row]:
    """The corpus and what the dialects say, in an order that does not depend on the disk."""
    names, found = dialects.names(), []
    for file in sorted(CORPUS.glob("*.jsonl")):
        lines = file.read_text(encoding="utf-8").splitlines() if file.stem in names else ()
        for row in map(json.loads, lines):
            size = Size(width=row["size"][0], height=row["size"][1])
            settings = row.get("settings", {})
            found.append(Row(dialect=file.stem, answer=row["answer"], size=size, settings=settings))
    return found + [row for name in names for row in sayings(name)]


def sayings(name: str) -> list[Row]:
    size = Size(width=1280, height=720)
    cup, dog = make.box(100, 200, 300, 400, label="cup"), make.point(88, 240, label="a big dog")
    dialect, found = dialects.get(name)(), []
    for regions in ([cup], [dog], [cup, make.box(500, 100, 900, 700, label='a "b"'), dog]):
        try:
            said = dialect.say(regions, size)
        except ValueError:  # a dialect that is read only
            continue
        found.append(Row(dialect=name, answer=said, size=size, settings={}))
    return found


def cut(text: str, source: random.Random) -> str:
    a, b = sorted(source.randrange(len(text) + 1) for _ in "ab")
    return source.choice((text[:a], text[:b], text[a:], text[:a] + text[b:], text[a:b]))


def noisy(text: str, source: random.Random) -> str:
    for _ in range(source.randrange(1, 4)):
        at = source.randrange(len(text) + 1)
        until = min(len(text), at + source.choice((0, 0, 0, 1, 1, 3)))
        text = text[:at] + source.choice(NOISE) + text[until:]
    return text


def wrapped(text: str, source: random.Random) -> str:
    wrapper = source.choice(WRAPPERS)
    return wrapper.format(*[text] * wrapper.count("{}")) if text else text


def unicode_digits(text: str, source: random.Random) -> str:
    table = str.maketrans("0123456789", source.choice(DIGITS))
    if source.random() < 0.5:
        return text.translate(table)
    at = source.randrange(len(text) + 1)
    return text[:at] + text[at:].translate(table)


def nested(text: str, source: random.Random) -> str:
    key = source.choice(("answer", "result", "content", "arguments", "boxes", "output"))
    inside: Any = text if source.random() < 0.6 else [text, {"text": text}]
    ascii_only = source.random() < 0.5
    once = json.dumps({key: inside}, ensure_ascii=ascii_only)
    return json.dumps([once]) if source.random() < 0.2 else once


def duplicated(text: str, source: random.Random) -> str:
    a, b = sorted(source.randrange(len(text) + 1) for _ in "ab")
    return source.choice((f"{text}\n{text}", text + text, text[:b] + text[a:], text[a:b] * 3))


def turned_round(text: str, source: random.Random) -> str:
    if source.random() < 0.3:
        return "".join(reversed(text))
    separator = source.choice((", ", ",", "\n", " ", "}"))
    return separator.join(reversed(text.split(separator)))


def bracketed(text: str, source: random.Random) -> str:
    deep = source.choice((1, 2, 3, 40, 400))
    opening, closing = source.choice(("[]", "()", "{}", "<>", "（）", "［］"))
    return opening * deep + text + closing * source.choice((deep, deep, deep - 1, 0))


def requoted(text: str, source: random.Random) -> str:
    old, new = source.sample(('"', "'", "“", '\\"', "", "`"), 2)
    return text.replace(old, new) if old else text.replace('"', new)


def respaced(text: str, source: random.Random) -> str:
    old = source.choice((", ", ",", " ", "[", "]", "\n", ":"))
    new = source.choice(
        (",", ", ", " ", "\n", " \n\t", ";", "，", " , ", "\u00a0", "", "|", "\r\n")
    )
    return text.replace(old, new)


def renumbered(text: str, source: random.Random) -> str:
    places = [at for at, letter in enumerate(text) if letter in "0123456789"]
    for at in sorted(source.sample(places, min(len(places), 3)), reverse=True):
        new = source.choice(("-", ".", "0", "9", "1e3", "", "00", "1" * 20, ".5", "+", "px", "/"))
        text = text[:at] + new + text[at + source.randrange(2) :]
    return text


def recased(text: str, source: random.Random) -> str:
    return source.choice((text.upper(), text.lower(), text.title()))


MUTATIONS: tuple[Callable[[str, random.Random], str], ...] = (
    *(cut, cut, noisy, noisy, wrapped, wrapped, unicode_digits, nested, duplicated, turned_round),
    *(bracketed, requoted, respaced, renumbered, recased),
)


def mutated(found: list[Row], at: int) -> tuple[Row, str, str]:
    """The row, the text and the dialect of one mutation; it depends on its number alone."""
    source = random.Random(f"{SEED} {at}")
    row, other = source.choice(found), source.choice(found)
    text = row.answer
    if source.random() < 0.2:
        a, b = source.randrange(len(text) + 1), source.randrange(len(other.answer) + 1)
        text = text[:a] + other.answer[b:]
    for _ in range(source.choice((0, 1, 1, 1, 2, 2, 3))):
        text = source.choice(MUTATIONS)(text, source)[:20_000]
    return row, text, row.dialect if source.random() < 0.7 else other.dialect


def failures(dialect: Dialect, text: str, size: Size) -> list[tuple[str, str]]:
    """What is wrong with a reading: the kind, and what of the text it is about."""
    try:
        reading = dialect.read(text, size)
        boxes = [region.box() for region in reading.regions]
    except Exception as failure:  # noqa: BLE001  # any exception is what we look for
        return [("raised", repr(failure))]
    wrong = []
    if any(min(b.xyxy) < 0 or b.x1 > size.width or b.y1 > size.height for b in boxes):
        wrong.append(("outside", str(boxes)))
    parts = (*reading.places, *reading.unread)
    for group in unaccounted(text, [(part.start, part.end) for part in parts]):
        wrong.append(("lost", f"{group.rule}: {text[group.start : group.end]}"))
    return wrong + false_claims(text, reading)


def false_claims(text: str, reading: Reading) -> list[tuple[str, str]]:
    """Spans that are none of the text, or do not hold what is said of them."""
    wrong = []
    for part in (*reading.places, *reading.unread):
        if not 0 <= part.start < part.end <= len(text):
            wrong.append(("no span", f"{part.start}..{part.end} of {len(text)}"))
    for place in reading.places:
        if not any(letter.isdecimal() for letter in text[place.start : place.end]):
            wrong.append(("claims no number", text[place.start : place.end]))
    for part in reading.unread:
        if text[part.start : part.end] != part.text:
            wrong.append(("other words", f"{part.text!r}: {text[part.start : part.end]!r}"))
        if not part.reason:
            wrong.append(("no reason", part.text))
    return wrong


def main(num: int, first: int = 0) -> None:
    found = rows()
    counts: Counter[str] = Counter()
    told: defaultdict[str, list[Any]] = defaultdict(list)
    failed = 0
    for at in range(first, first + num):
        row, text, name = mutated(found, at)
        dialect = row.reader() if name == row.dialect else dialects.get(name)()
        wrong = failures(dialect, text, row.size)
        failed += bool(wrong)
        for kind, about in wrong:
            counts[f"{name}: {kind}"] += 1
            if len(told[f"{name}: {kind}"]) < FIRST:
                told[f"{name}: {kind}"].append({"number": at, "text": text, "about": about})
    report = {
        "rows": len(found),
        "failed": failed,
        "counts": dict(counts.most_common()),
        "told": told,
    }
    sys.stdout.write(json.dumps(report, ensure_ascii=False))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
