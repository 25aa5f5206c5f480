"""A self-contained HTML page has its pictures inside, with regions drawn over them as SVG."""

import base64
import html
import re
from collections.abc import Iterable, Sequence

from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.shapes import Box

LONGEST = 300  # letters of a cell
NUMBER = re.compile(r"[-\d.]+( \([-\d.]+ to [-\d.]+\))?")  # with its interval; kept on one line
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 66rem; padding: 0 1rem;
       color: #222; background: #fdfcf9; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; } img { max-width: 100%; }
figure { display: inline-block; margin: 0 1.2rem 1.2rem 0; vertical-align: top; }
figcaption { font-size: .9rem; color: #555; width: min-content; min-width: 100%; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, 12rem); gap: 1.2rem;
         clear: both; margin: 1rem 0; }
.cards figure { margin: 0; } .cards img, .cards svg { width: 100%; border-radius: 4px; }
svg { display: block; max-width: 100%; height: auto; border-radius: 4px; }
table { border-collapse: collapse; font-size: .85rem; width: 100%; margin: 1rem 0; }
td, th { text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid #e4dfd3;
         vertical-align: top; }
.wide { overflow-x: auto; } .wide td { white-space: pre-line; }
.number { font-variant-numeric: tabular-nums; white-space: nowrap; }
summary { cursor: pointer; color: #555; }
code, pre { font: .85rem ui-monospace, monospace; background: #f3efe5; border-radius: 3px; }
code { padding: .1rem .3rem; overflow-wrap: anywhere; }
pre { padding: .6rem; white-space: pre-wrap; }
"""


def page(title: str, lead: str, parts: Iterable[str], *, tab: str | None = None) -> str:
    """The whole page is built. `parts` are HTML; title, lead and what the browser's tab says are
    text.
    """
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(tab or title)}</title>"
        f"<style>{STYLE}</style><h1>{html.escape(title)}</h1><p>{html.escape(lead)}</p>"
        f"{''.join(parts)}</html>"
    )


def section(title: str, *parts: str) -> str:
    """A heading stands above its parts."""
    return f"<h2>{html.escape(title)}</h2>{''.join(parts)}"


def text(words: str) -> str:
    """The words become a paragraph."""
    return f"<p>{html.escape(words)}</p>"


def code(words: str) -> str:
    """The words are shown as they are."""
    return f"<pre>{html.escape(words)}</pre>"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells are set as code, apart from the first column."""
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in header)
    body = "".join(
        f"<tr><td>{html.escape(first)}</td>"
        + "".join(f"<td><code>{html.escape(cell)}</code></td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def figures_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Cells are shown as they are, up to a length; figures stay on one line with their
    intervals.
    """
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in header)
    body = "".join("<tr>" + "".join(map(_figure_cell, row)) + "</tr>" for row in rows)
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def png(drawn: bytes, words: str) -> str:
    """A chart is embedded; `words` say what it shows to those who do not see it."""
    data = base64.b64encode(drawn).decode()
    return f'<img src="data:image/png;base64,{data}" alt="{html.escape(words)}">'


def cards(figures: Iterable[str]) -> str:
    """Figures of one width stand in rows."""
    return f'<div class="cards">{"".join(figures)}</div>'


def png_figure(drawn: bytes, caption: str) -> str:
    """A picture stands above its caption, which is no wider."""
    words = html.escape(caption[:LONGEST])
    return (
        f"<figure>{png(drawn, 'a picture that was sent')}<figcaption>{words}</figcaption></figure>"
    )


def picture(
    image: Image,
    caption: str,
    *,
    regions: Sequence[Region] = (),
    cells: Sequence[Box] = (),
    width: int | None = None,
) -> str:
    """A picture is shown with regions outlined and named, and cells shaded."""
    size = image.size
    data = base64.b64encode(image.png()).decode()
    sharp = ' style="image-rendering: pixelated"' if (width or 0) > size.width else ""
    shapes = "".join(_cell(cell) for cell in cells) + "".join(_outline(r) for r in regions)
    return (
        f'<figure><svg viewBox="0 0 {size.width} {size.height}" width="{width or size.width}">'
        f'<image href="data:image/png;base64,{data}" width="{size.width}" '
        f'height="{size.height}"{sharp}/>'
        f"{shapes}</svg><figcaption>{html.escape(caption)}</figcaption></figure>"
    )


def _figure_cell(words: str) -> str:
    kind = ' class="number"' if NUMBER.fullmatch(words) else ""
    return f"<td{kind}>{html.escape(words[:LONGEST])}</td>"


def _cell(box: Box) -> str:
    return (
        f'<rect x="{box.x0:.2f}" y="{box.y0:.2f}" width="{box.width:.2f}" '
        f'height="{box.height:.2f}" fill="#ff0" fill-opacity=".35" stroke="#000"/>'
    )


def _outline(region: Region) -> str:
    if region.kind == "point":
        place = region.centre()
        shape = f'<circle cx="{place.x}" cy="{place.y}" r="6" fill="none"'
    else:
        rings = region.polygon().rings
        path = " ".join("M" + " L".join(f"{x:.2f},{y:.2f}" for x, y in r) + " Z" for r in rings)
        shape = f'<path d="{path}" fill="none"'
    box = region.box()
    name = html.escape(region.label or region.kind)
    return (
        f'{shape} stroke="#e6007e" stroke-width="3"/>'
        f'<text x="{box.x0:.1f}" y="{box.y0 - 6:.1f}" font-size="18" font-family="sans-serif" '
        f'fill="#e6007e" stroke="#fff" stroke-width="3" paint-order="stroke">{name}</text>'
    )
