"""Answers that are made to harm, for every reader; prints what raised, or what they cost, as JSON.

    python hostile_answers.py failures|costs [DIALECT …]

Memory is counted by tracemalloc, work by the letters of what is read: neither depends on the
machine.
"""

import base64
import io
import json
import sys
import tracemalloc

import numpy as np
from PIL import Image as PIL

from deixis.coordinates import Dialect, dialects
from deixis.core.size import Size

SIZE = Size(width=1280, height=720)
LENGTHS = (4_000, 16_000)
DIGITS = "9" * 5000
PNG = "data:image/png;base64,"
# repeated to a length; the first part stands once
UNITS = (
    ("", "<loc1000><loc1000><loc0001><loc0001> "),
    ("", "<loc1000><loc1000><loc0001><loc0001>"),
    ("", "<loc0001><loc0001><loc0900><loc0900>"),
    ("cup" * 100, "<loc_900><loc_900><loc_1><loc_1>"),
    ("cup" * 100, "<loc_1><loc_1><loc_900><loc_900>"),
    ("cup" * 100, "<poly><loc_1><loc_1><loc_900></poly>"),
    ("cup", "<loc_1>"),
    ("", "<a>b"),
    ("<ref>" + "cup" * 100 + "</ref><box>", "[1000, 1000, 1, 1], "),
    ("<ref>" + "cup" * 100 + "</ref>", "<box>[[1, 1, 9, 9]]</box>"),
    ("", "<box>[["),
    ("<phrase>" + "cup" * 100 + "</phrase><object>", "<patch_index_1023><patch_index_0000>"),
    ('<points coords="1', " 1 2000 2000"),
    ("<points", ' x1="1" y1="2000"'),
    ("", "<point x='1' y='"),
    ("", '{"bbox": '),
    ("", '{"bbox": {"box": {"boxes": [1, 2, 3]}}}, '),
    ('{"label": "' + "cup" * 100 + '", "items": [', "[1, 1, 9, 9], "),
    ("", '"[1, 2, 3]"'),
    ("", '["[1, 2, 3]", "[\\"[1, 2]\\"]"],'),
    ("", "x=1, y=2, "),
    ("", "1 2 3 4 "),
    ("", "<a b='1"),
    ("", "<think>"),
    ("", "</think>"),
    ("", "<think>[1, 2, 3, 4]</think>"),
    ("", "<eos>"),
    ("[", "(1, (2, ("),
)
BROKEN = {
    "an entity of 5,000 digits": f'<point x="1" y="1" alt="&#{DIGITS};">a</point>',
    "an entity in a label": f'<points coords="1 1 100 100">&#{DIGITS}</points>',
    "a hexadecimal entity": f'<point x="1" y="1" alt="&#x{"f" * 5000}">a</point>',
    "half a character in JSON": '[{"bbox_2d": [1, 1, 9, 9], "label": "\\ud83d"}]',
    "half a character": '<point x="1" y="1" alt="\udc80">\udc80</point> \ud83d [1, 1, 9, 9]',
    "a number of 5,000 digits": f"[1, 1, {DIGITS}, 9] <loc{DIGITS}> <patch_index_{DIGITS}>",
}


def masks() -> dict[str, str]:
    """PNGs that are broken or larger than they look."""
    buffer = io.BytesIO()
    PIL.fromarray(np.full((64, 64), 255, dtype=np.uint8)).save(buffer, format="PNG")
    whole = buffer.getvalue()
    palette = io.BytesIO()
    PIL.fromarray(np.zeros((8, 8), dtype=np.uint8)).convert("P").save(palette, format="PNG")
    start = palette.getvalue().index(b"PLTE") - 4
    length = int.from_bytes(palette.getvalue()[start : start + 4], "big") + 12
    found = {"no palette": palette.getvalue()[:start] + palette.getvalue()[start + length :]}
    huge = (60_000).to_bytes(4, "big") * 2
    found["two headers"] = whole[:33] + whole[8:16] + huge + whole[24:33] + whole[33:]
    for place in range(8, len(whole), 7):
        found[f"bytes {place}"] = whole[:place] + b"\xff\x00\x07" + whole[place + 3 :]
        found[f"until {place}"] = whole[:place]
    return {name: PNG + base64.b64encode(data).decode() for name, data in found.items()}


def main(part: str, names: list[str]) -> None:
    report = {name: PARTS[part](dialects.get(name)()) for name in names or dialects.names()}
    sys.stdout.write(json.dumps(report))


def all_failures(dialect: Dialect) -> list[str]:
    broken = masks() if "mask" in dialect.kinds else {}
    mask_answers = {
        name: f'[{{"box_2d": [0, 0, 400, 200], "mask": "{mask}"}}]' for name, mask in broken.items()
    }
    return failures(dialect, {**BROKEN, **mask_answers})


def all_costs(dialect: Dialect) -> list[tuple[str, list[dict[str, int]]]]:
    return [(first + unit, costs(dialect, first, unit)) for first, unit in UNITS]


def failures(dialect: Dialect, answers: dict[str, str]) -> list[str]:
    """What raised, or read what nobody can write down."""
    found = []
    for name, answer in answers.items():
        for size in (SIZE, Size(width=3, height=20_000), Size(width=1, height=1)):
            try:
                reading = dialect.read(answer, size)
                labels = [region.label or "" for region in reading.regions]
                for text in (*(piece.text for piece in reading.unread), *labels):
                    text.encode()
            except Exception as failure:  # noqa: BLE001  # any exception is what we look for
                found.append(f"{name}, {size}: {failure!r:.200}")
    return found


def costs(dialect: Dialect, first: str, unit: str) -> list[dict[str, int]]:
    """Bytes at the peak and letters that are read or unread, at each length."""
    found = []
    for length in LENGTHS:
        answer = (first + unit * (length // len(unit) + 1))[: max(length, len(first))]
        tracemalloc.start()
        reading = dialect.read(answer, SIZE)
        labels = sum(len(region.label or "") for region in reading.regions)
        unread = sum(len(piece.text) for piece in reading.unread)
        found.append(
            {"bytes": tracemalloc.get_traced_memory()[1], "letters": labels, "unread": unread}
        )
        tracemalloc.stop()
    return found


PARTS = {"failures": all_failures, "costs": all_costs}

if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
