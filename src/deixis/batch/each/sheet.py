"""The contact sheet of a run: what was shown, asked and answered, row beside row, errors first.

Pages hold so many rows each and link to one another; they need no other file. Of more rows than are
wanted the errors come first, and of the answers some, evenly chosen.
"""

import base64
import html
import io
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import final

import numpy as np
from PIL import Image as PIL

from deixis.batch.each.outputs import AskedEach, EachRow
from deixis.batch.each.row_frames import RowFrames, region_of_row
from deixis.core.errors import DeixisError
from deixis.core.files import write_text
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.shapes import Box
from deixis.reports.page import page

A_PAGE = 100  # rows
SIDE = 264  # pixels of a picture's longer side on the page
AROUND = 0.75  # of the region's longer side, beside it
LEAST = 0.25  # of the picture's longer side, at least, is shown
STYLE = """<style>
.rows { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: 1.2rem; }
.row { content-visibility: auto; contain-intrinsic-size: 270px 400px; font-size: .85rem;
       border: 1px solid #e4dfd3; border-radius: 6px; padding: .6rem; background: #fff; }
.row svg, .row .none { width: 100%; height: 264px; background: #f3efe5; display: block; }
.row .none { display: grid; place-items: center; color: #888; }
.row p { margin: .4rem 0 0; overflow-wrap: anywhere; } .asked { color: #555; }
.text { white-space: pre-line; max-height: 12rem; overflow: auto; }
.error { color: #b00020; } .of { color: #888; font-size: .75rem; }
nav a, nav b { margin-right: .5rem; }
</style>"""


@final
@dataclass(frozen=True, kw_only=True)
class ContactSheet:
    """What a sheet needs to show rows as the model got them."""

    frames: RowFrames
    title: str
    lead: str

    def write(self, file: Path, asked: AskedEach, most: int) -> list[Path]:
        """The pages are written, `file` the first of them; `most` rows are on all together."""
        num_rows, num_errors = asked.num_rows - asked.num_left, asked.num_errors
        errors = min(num_errors, most)
        answers = min(num_rows - num_errors, most - errors)
        total = errors + answers
        more = range(2, -(-total // A_PAGE) + 1)
        names = [file, *(file.with_name(f"{file.stem}-{n}{file.suffix}") for n in more)]
        chosen = _chosen(asked.rows, errors, answers, num_rows - num_errors)
        lead = f"{self.lead} Of {num_rows} rows, {num_errors} of them errors, {total} are shown."
        for number, name in enumerate(names, start=1):
            cards = [self._card(row) for row in islice(chosen, A_PAGE)]
            links = _links(names, number)
            parts = [STYLE, links, f'<div class="rows">{"".join(cards)}</div>', links]
            write_text(name, page(self.title, lead, parts))
        return names

    def _card(self, row: EachRow) -> str:
        where = row["image"] + (f" · {row['id']}" if row["id"] else "")
        label = (row["region"] or {}).get("label")
        name = f" · {label}" if label else ""
        kind, words = ("error", row["error"]) if "error" in row else ("text", row["text"])
        return (
            f'<div class="row">{self._picture(row)}'
            f'<p class="of">{html.escape(where + name)}</p>'
            f'<p class="asked">{html.escape(row["question"])}</p>'
            f'<p class="{kind}">{html.escape(words)}</p></div>'
        )

    def _picture(self, row: EachRow) -> str:
        """The picture as it was sent, around the region."""
        try:
            frame, region = self.frames.of(row)[0], region_of_row(row)
            return _around(frame.image, region and frame.transform.region(region))
        except DeixisError:
            return '<div class="none">no picture</div>'


def _chosen(
    rows: Callable[[], Iterator[EachRow]], errors: int, answers: int, num_answers: int
) -> Iterator[EachRow]:
    yield from islice((row for row in rows() if "error" in row), errors)
    answered = (row for row in rows() if "error" not in row)
    for number, row in enumerate(answered):
        if (number + 1) * answers // num_answers > number * answers // num_answers:
            yield row


def _links(names: Sequence[Path], number: int) -> str:
    if len(names) == 1:
        return ""
    found = [
        f"<b>{n}</b>" if n == number else f'<a href="{html.escape(name.name)}">{n}</a>'
        for n, name in enumerate(names, start=1)
    ]
    return f"<nav>{' '.join(found)}</nav>"


def _around(image: Image, region: Region | None) -> str:
    """A window of the picture, small, and over it the region's outline."""
    size = image.size
    window = Box(x0=0, y0=0, x1=size.width, y1=size.height)
    if region is not None:
        box = region.within(size).box()
        least = LEAST * max(size.width, size.height)
        half = max(least, (1 + 2 * AROUND) * max(box.width, box.height)) / 2
        x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
        window = Box(
            x0=int(max(0, min(x - half, size.width - 2 * half))),
            y0=int(max(0, min(y - half, size.height - 2 * half))),
            x1=math.ceil(min(size.width, max(x + half, 2 * half))),
            y1=math.ceil(min(size.height, max(y + half, 2 * half))),
        )
    x0, y0, x1, y1 = map(int, window.xyxy)
    cut = PIL.fromarray(np.ascontiguousarray(image.pixels[y0:y1, x0:x1]))
    cut.thumbnail((2 * SIDE, 2 * SIDE))
    file = io.BytesIO()
    cut.save(file, format="JPEG", quality=82)
    data = base64.b64encode(file.getvalue()).decode()
    width, height = x1 - x0, y1 - y0
    return (
        f'<svg viewBox="{x0} {y0} {width} {height}"><image x="{x0}" y="{y0}" width="{width}" '
        f'height="{height}" href="data:image/jpeg;base64,{data}"/>{_outline(region)}</svg>'
    )


def _outline(region: Region | None) -> str:
    """The region as a thin line with a lighter one around it, whatever size the picture has."""
    if region is None:
        return ""
    if region.kind == "point":
        place = region.centre()
        shape = f'<path d="M{place.x:.1f},{place.y:.1f}h.01" stroke-linecap="round"'
        lines = (("#fff", 11), ("#e6007e", 7))
    else:
        rings = region.polygon().rings
        path = " ".join("M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in r) + " Z" for r in rings)
        shape, lines = f'<path d="{path}" fill="none"', (("#fff", 4), ("#e6007e", 2))
    fixed = 'vector-effect="non-scaling-stroke"'
    return "".join(f'{shape} stroke="{c}" stroke-width="{w}" {fixed}/>' for c, w in lines)
