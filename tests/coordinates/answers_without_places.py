"""NUM answers without places for every reader, or those named; prints a report as JSON.

    python answers_without_places.py NUM [DIALECT ...]

The answers are made from the templates in `templates_without_places.txt`, written by hand as vision
models write, mixed in the shares of KINDS (most answers are prose) and filled in by a seed.
"""

import json
import random
import re
import sys
from pathlib import Path
from typing import Any

from deixis.coordinates import dialects
from deixis.core.size import Size

SIZE = Size(width=1280, height=720)
SEED = 20261129
TEMPLATES = Path(__file__).with_name("templates_without_places.txt")
KINDS = {  # shares of all answers
    "prose": 0.46,
    "short": 0.12,
    "list": 0.10,
    "table": 0.06,
    "ocr": 0.07,
    "json": 0.05,
    "code": 0.04,
    "maths": 0.03,
    "other": 0.07,
}
THINGS = (
    *("cup", "bottle", "chair", "book", "bicycle", "umbrella", "lamp", "kettle", "suitcase"),
    *("guitar", "clock", "vase", "keyboard", "backpack", "plant", "sofa", "scooter", "teapot"),
)
COLOURS = ("red", "blue", "dark green", "yellow", "white", "grey", "orange", "brown", "pale pink")
PLACES = ("Paris", "Lisbon", "Kyoto", "Berlin", "Oslo", "New York", "Cairo", "Lima", "Melbourne")
NAMES = ("Anna Berg", "J. Smith", "M. Okafor", "Li Wei", "Sofia Rossi", "T. Nguyen", "Omar Haddad")
BLANK = re.compile(r"%\{(\w+)\}")


def templates() -> dict[str, list[str]]:
    """All templates by their kind."""
    found: dict[str, list[str]] = {kind: [] for kind in KINDS}
    for part in TEMPLATES.read_text(encoding="utf-8").split("=== ")[1:]:
        kind, _, text = part.partition("\n")
        found[kind].append(text.rstrip("\n"))
    return found


def answers(num: int) -> list[str]:
    """The first answers: those of a smaller number begin those of a larger one."""
    source, written = random.Random(SEED), templates()
    kinds = source.choices(list(KINDS), list(KINDS.values()), k=1000)
    made = []
    for at in range(num):
        template = source.choice(written[kinds[at % len(kinds)]])
        made.append(BLANK.sub(lambda blank: filled(blank[1], source), template))
    return made


def filled(name: str, source: random.Random) -> str:
    """What stands in a blank of a template."""
    number = source.randint
    words = {"thing": THINGS, "colour": COLOURS, "place": PLACES, "name": NAMES}
    ranges = {"few": (2, 9), "n": (2, 40), "n2": (10, 99), "n3": (100, 999), "year": (1880, 2026)}
    if name in words:
        return source.choice(words[name])
    if name in ranges:
        return str(number(*ranges[name]))
    made = {
        "price": source.choice(("${0}.{1:02}", "€{0}.{1:02}", "{0},{1:02} €", "£{0}")),
        "pct": source.choice(("{0}%", "{0}.5 %", "{0}%")),
        "date": source.choice(("{2}/{3}/2025", "{3} May 2026", "May {3}, 2026", "{3}.{2}.2024")),
        "iso": "202{4}-{2:02}-{3:02}",
        "time": source.choice(("{5}:{1:02}", "{5}:{1:02} pm", "{5:02}:{1:02}:{6:02}")),
        "ver": "{4}.{2}.{3}",
        "big": source.choice(("{0},{7}", "{7},{8}", "{0} million", "{7}{0}")),
        "dec": "{4}.{2}",
        "temp": "{3}.{4}",
        "phone": source.choice(
            ("+1 (555) {7}-{7}{4}", "{7}-{8}-{7}{4}", "0{0} {7}{8}", "(0{0}) {7} {8}")
        ),
        "size": source.choice(("1920x1080", "1280 × 720", "2560 x 1440", "3840×2160")),
        "hex": "{9:06x}",
        "lat": "{0}.{7}{4}",
        "lon": "{3}.{8}",
    }[name]
    values = (number(10, 99), number(0, 59), number(1, 12), number(1, 28), number(0, 9))
    more = (number(1, 12), number(0, 59), number(100, 999), number(100, 999), number(0, 0xFFFFFF))
    return made.format(*values, *more)


def main(num: int, *names: str) -> None:
    made = answers(num)
    report: dict[str, dict[str, Any]] = {}
    for name in names or dialects.names():
        dialect = dialects.get(name)()
        readings = [(answer, dialect.read(answer, SIZE)) for answer in made]
        report[name] = {
            "unread": [[text, [told(u) for u in r.unread]] for text, r in readings if r.unread],
            "invented": [[text, [str(x) for x in r.regions]] for text, r in readings if r.regions],
        }
    sys.stdout.write(json.dumps(report))


def told(unread: Any) -> str:  # words, or a value that has them
    return unread if isinstance(unread, str) else f"{unread.text} ({unread.reason})"


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
