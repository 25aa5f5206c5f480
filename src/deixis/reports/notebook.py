"""Blocks of HTML for notebooks: of one file, in a light theme and a dark one, all words escaped.

Words come from models and files: what they hold is shown, never followed, as a formula neither.
"""

import base64
import html
from collections.abc import Iterable, Sequence

from deixis.core import showing
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.untrusted_text import readable

LONGEST = 4000  # letters of one text
MOST = 50  # rows of a table
PLAIN = "tex2jax_ignore mathjax_ignore"  # classes within which no notebook sets formulas
BLOCK = "display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start;font:14px/1.45 system-ui,"
CELL = "padding:1px 12px 1px 0;text-align:left;vertical-align:top;border:0;background:none;"
WORDS = (
    "margin:0 0 8px;padding:0;border:0;background:none;color:inherit;font:inherit;"
    "white-space:pre-wrap;overflow-wrap:anywhere"
)
TITLE = "opacity:.65;font-size:12px;margin:0"


def block(*parts: str) -> str:
    """Parts stand beside one another, and below where a cell is narrow."""
    style = f"{BLOCK}sans-serif;color:inherit;margin:4px 0;"
    return f'<div class="{PLAIN}" style="{style}">{"".join(parts)}</div>'


def column(*parts: str) -> str:
    """Parts stand below one another."""
    return f'<div style="flex:1 1 20em;min-width:0;max-width:46em">{"".join(parts)}</div>'


def picture(image: Image, words: str, *, widest: int = 480) -> str:
    """A picture, shrunk to what a notebook shows; `words` say what is in it to those who do not
    see it.
    """
    kind, file = showing.light_file(image.pil())
    style = f"max-width:min(100%,{widest}px);height:auto;border-radius:4px;margin:0"
    data = base64.b64encode(file).decode()
    return f'<img src="data:{kind};base64,{data}" alt="{_escaped(words)}" style="{style}">'


def words(text: str, *, title: str) -> str:
    """A text under its title, its lines as they are."""
    return f'<p style="{TITLE}">{_escaped(title)}</p><pre style="{WORDS}">{_escaped(text)}</pre>'


def table(
    rows: Sequence[Sequence[str]], *, title: str, colours: Sequence[tuple[int, int, int]] = ()
) -> str:
    """Rows of words under a title, each after a spot of its colour where there are some; nothing
    where there are no rows.
    """
    if not rows:
        return ""
    body = "".join(_row(row, colours[i : i + 1]) for i, row in enumerate(rows[:MOST]))
    more = f'<p style="{TITLE}">and {len(rows) - MOST} more</p>' if len(rows) > MOST else ""
    style = "border-collapse:collapse;margin:0 0 8px;font-size:13px;color:inherit;border:0"
    return (
        f'<div><p style="{TITLE}">{_escaped(title)}</p>'
        f'<table style="{style}"><tbody>{body}</tbody></table>{more}</div>'
    )


def folded(title: str, parts: Iterable[str]) -> str:
    """What few want to see is opened by a click."""
    head = f'<summary style="{TITLE};cursor:pointer">{_escaped(title)}</summary>'
    return f"<details>{head}{''.join(parts)}</details>"


def framed_page(page: str) -> str:
    """A whole page has a frame of its own, in which it can do nothing but be read."""
    style = "width:100%;height:640px;border:1px solid #8884;border-radius:4px;background:#fff"
    return f'<iframe sandbox srcdoc="{html.escape(page, quote=True)}" style="{style}"></iframe>'


def region_row(region: Region) -> tuple[str, str]:
    """A region's words and its place."""
    score = "" if region.score is None else f"{region.score:.2f}"
    return " ".join(filter(None, (region.label, region.text, score))), region.place


def _row(cells: Sequence[str], colour: Sequence[tuple[int, int, int]]) -> str:
    spots = "".join(f'<td style="{CELL}color:rgb{one}">⬤</td>' for one in colour)
    told = "".join(
        f'<td style="{CELL}overflow-wrap:anywhere">{_escaped(cell)}</td>' for cell in cells
    )
    return f'<tr style="background:none">{spots}{told}</tr>'


def _escaped(text: str) -> str:
    """Words as they are, without what turns their direction, and not without end."""
    more = len(text) - LONGEST
    cut = f"{text[:LONGEST]}… and {more} letters more" if more > 0 else text
    return html.escape(readable(cut), quote=True)
