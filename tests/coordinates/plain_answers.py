"""Answers in the plain forms of dialects, and near them, are read at once and by the scanner.

    python -m tests.coordinates.plain_answers NUM

They are put together of pieces, NUM of them; beside them stand the corpus and NUM mutations of it.
"""

import json
import random
import sys
from collections import Counter, defaultdict
from typing import Any

from deixis.coordinates import Dialect, Reading, dialects
from deixis.core import region as make
from deixis.core.size import Size
from tests.coordinates.mutations import mutated, rows

SIZE = Size(width=1280, height=720)
FIRST = 3  # texts that are told of each dialect

NUMBERS = (
    *("0", "1", "12", "322", "417", "999", "1000", "1001", "0.5", "0.3219", "1.0", "400.25", "-3"),
    *("007", "0.5704046934843063", "12345678", "1e3", "5.", "+4", "٣", "99999999999999999999"),
)
NAMES = (
    *("cup", "", " ", "a big dog", "bus 42", "sign [2]", "[THINK]", "[INST]", "a, b; c", "12, 34"),
    *("é", "🦊", "line\nbreak", "\x1f", "\ud83e", "car;2", "[1, 2, 3, 4]", "{'x': 1}", "<s>", "<"),
    *("x=1, y=2", "(3, 4)", "１２", "click(1, 2)", "```", "a" * 2001, '{\\"bbox\\": [1,2,3,4]}'),
)
PROSE = (
    *("", "", "", "", " ", "\n", ", ", "Here: ", "2 cups, 3.50 each. ", "```json\n", "\n```", ";"),
    *("at 10, 20, 30, 40 ", "x=5, y=6 ", "<eos>", "<think>no</think>", "<|im_end|>", "x1=5 ", ","),
    *("1. ", "box=", "$x = 3$ ", "between ", "[", "]", "{", "(", "</box>", '"', "\x1f", "rgb"),
)
OTHERS = (
    *('"id": 7', '"note": "3 of 4"', '"sub_label": "x"', '"mask": "no"', '"score": 0.9'),
    *('"ok": true', '"names": "a"', '"label": "b"', '"Name": "c"', '"at": "[1, 2]"', '"x": 4'),
    *('"action": "type"', '"w": 3', '"what": "1, 2"', '"point": [1, 2]', "'a': 1", '"v": null'),
)
APART = (", ", ",", " , ", "\n", " ", ";", "")
KEYS = ("bbox_2d", "box_2d", "bbox", "box", "point_2d", "point", "bounding_box", "name", "Box")
WRAPPERS = (
    *("{}", "{}", "[{}]", "[{}]", '{{"objects": [{}]}}', '{{"boxes": [{}], "total": 2}}', "[{}"),
    *(
        "{}]",
        '{{"points": [{}]}}',
        '{{"label": "all", "items": [{}]}}',
        '{{"id": 1, "items": [{}]}}',
    ),
    *("[[{}]]", '{{"mask": [{}]}}', "({})", '{{"objects": {}}}', "[{},]"),
)
TAGS = (
    *(("<|ref|>", "<|/ref|>", "<|det|>", "<|/det|>"), ("<ref>", "</ref>", "<box>", "</box>")),
    ("<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>"),
    *(("<ref>", "</ref>", "<bbox>", "</bbox>"), ("<ref>", "</ref>", "<point>", "</point>")),
    ("", "", "<|begin_of_box|>", "<|end_of_box|>"),
)


def answer(source: random.Random) -> str:
    """An answer of one to three pieces, mostly of one form."""
    kind = source.choice((_record, _edges, _list, _tagged, _tagged, _tokens))
    tags = source.choice(TAGS)
    apart = source.choice(APART)
    pieces = [kind(source, tags) for _ in range(source.choice((1, 1, 2, 3)))]
    text = apart.join(pieces)
    if kind in (_record, _edges, _list):
        text = source.choice(WRAPPERS).format(text)
    return source.choice(PROSE) + text + source.choice(PROSE) + source.choice(PROSE)


def _record(source: random.Random, tags: tuple[str, ...]) -> str:
    place = f'"{source.choice(KEYS[: source.choice((1, 3, 9))])}": [{_numbers(source, ", ")}]'
    return f"{{{', '.join(_around(source, place))}}}"


def _edges(source: random.Random, tags: tuple[str, ...]) -> str:
    quote, names = source.choice('""\''), ["x_min", "y_min", "x_max", "y_max"]
    if source.random() < 0.1:
        source.shuffle(names)
    edges = ", ".join(f"{quote}{name}{quote}: {_number(source)}" for name in names)
    return f"{{{', '.join(_around(source, edges))}}}"


def _around(source: random.Random, place: str) -> list[str]:
    fields = [place]
    if source.random() < 0.6:
        key = source.choice(("label", "label", "name", "text_content", "text", "title"))
        fields.insert(source.randrange(2), f'"{key}": "{_name(source)}"')
    if source.random() < 0.3:
        fields.insert(source.randrange(len(fields) + 1), source.choice(OTHERS))
    return fields


def _list(source: random.Random, tags: tuple[str, ...]) -> str:
    return f"[{_numbers(source, ', ')}]"


def _tagged(source: random.Random, tags: tuple[str, ...]) -> str:
    inside = source.choice(
        (
            f"[[{_numbers(source, ', ')}]]",
            f"[[{_numbers(source, ',')}], [{_numbers(source, ', ')}]]",
            f"[{_numbers(source, ', ')}]",
            _numbers(source, source.choice((" ", ", "))),
            "".join(f"<{_number(source)}>" for _ in range(source.choice((2, 4, 4, 4, 5, 8)))),
            f"{'<5>' * 4}{source.choice(APART)}{'<7>' * source.choice((2, 4))}",
            f"({_number(source)},{_number(source)}),({_number(source)},{_number(source)})",
        )
    )
    name = f"{tags[0]}{_name(source)}{tags[1]}" if source.random() < 0.7 else ""
    return source.choice(PROSE[:8]) + name + source.choice(APART[3:]) + tags[2] + inside + tags[3]


def _tokens(source: random.Random, tags: tuple[str, ...]) -> str:
    prefix, padding = source.choice((("loc", 4), ("loc_", 0)))
    count = source.choice((4, 4, 4, 4, 8, 2, 5, 6))
    numbers = "".join(f"<{prefix}{source.randrange(1025):0{padding}d}>" for _ in range(count))
    name = _name(source)
    return name + numbers if prefix == "loc_" else f"{numbers} {name} ; "


def _numbers(source: random.Random, apart: str) -> str:
    return apart.join(_number(source) for _ in range(source.choice((4, 4, 4, 4, 2, 3))))


def _number(source: random.Random) -> str:
    return source.choice(NUMBERS) if source.random() < 0.3 else str(source.randrange(1000))


def _name(source: random.Random) -> str:
    return source.choice(NAMES) if source.random() < 0.5 else "cup"


def saying(dialect: Dialect, source: random.Random) -> str:
    """What a dialect says of up to four boxes."""
    boxes = []
    for _ in range(source.randrange(5)):
        x, y = source.uniform(0, 600), source.uniform(0, 300)
        label = source.choice((None, _name(source)))
        boxes.append(make.box(x, y, x + source.uniform(0, 600), y + 9, label=label))
    return dialect.say(boxes, SIZE)


def scanned(dialect: Dialect, text: str, size: Size) -> Reading:
    """What the scanner reads, whatever the text's form."""
    reader = dialect.reader(size)
    reader.feed(text)
    reader.end()
    return reader.reading()


def main(num: int) -> None:
    """So many mutations and made answers are read both ways; a report is printed as JSON."""
    known = {name: dialects.get(name)() for name in dialects.names()}
    found = rows()
    texts = [(row.answer, row.size, list(known)) for row in found]
    for at in range(num):
        row, text, name = mutated(found, at)
        texts.append((text, row.size, [name]))
        source = random.Random(f"{at}")
        texts.append((answer(source), SIZE, list(known)))
        if known[name].kinds:
            texts.append((saying(known[name], source), SIZE, [name]))
    read: Counter[str] = Counter()
    told: defaultdict[str, list[Any]] = defaultdict(list)
    for text, size, names in texts:
        for name in names:
            plain = known[name].plain_reading(text, size)
            if plain is None:
                continue
            read[name] += 1
            if plain != (whole := scanned(known[name], text, size)) and len(told[name]) < FIRST:
                told[name].append({"text": text, "at once": str(plain), "scanned": str(whole)})
    sys.stdout.write(json.dumps({"read": read, "told": told}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
