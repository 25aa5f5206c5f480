"""Marks are written as JSON and read back without loss; the renderer's version is written with
each.
"""

import json
from typing import Any

from deixis.core import region_json
from deixis.core.errors import UsageError
from deixis.core.json_lines import parse
from deixis.core.untrusted_text import shown
from deixis.marks.colours import Color
from deixis.marks.mark import Mark
from deixis.marks.render import VERSION
from deixis.marks.style import PROFILES, Style

FORM = "mark/1"
Record = dict[str, Any]  # Any: what JSON holds
FIELDS = {"deixis", "renderer", "shape", "region", "style"}
STYLE_FIELDS = {"colour", "name", "alpha", "width", "profile", "seed", "article"}


def to_record(mark: Mark) -> Record:
    """A mark becomes JSON-ready values."""
    style = mark.style
    return {
        "deixis": FORM,
        "renderer": VERSION,
        "shape": mark.shape,
        "region": region_json.to_record(mark.region),
        "style": {
            "colour": None if style.color is None else list(style.color.rgb),
            "name": None if style.color is None else style.color.name,
            "alpha": style.alpha,
            "width": style.width,
            "profile": style.profile,
            "seed": style.seed,
            "article": style.article,
        },
    }


def from_record(record: object) -> Mark:
    """A record gives its mark; UsageError says what is wrong with it.

    A record of another renderer is refused: it would be drawn otherwise than it was.
    """
    if not isinstance(record, dict) or record.get("deixis") != FORM:
        raise UsageError(f"a mark's JSON is an object with deixis: {FORM!r}, got {shown(record)}")
    if record.get("renderer") != VERSION:
        raise UsageError(
            f"this mark was drawn by renderer {record.get('renderer')!r}, this Deixis has "
            f"{VERSION}: its pixels would differ"
        )
    style = record.get("style")
    if set(record) != FIELDS or not isinstance(style, dict) or set(style) != STYLE_FIELDS:
        raise UsageError(
            f"a mark has the fields {sorted(FIELDS)}, its style {sorted(STYLE_FIELDS)}"
        )
    return Mark(
        shape=_text(record["shape"]),
        region=region_json.from_record(record["region"]),
        style=_style(style),
    )


def dumps(mark: Mark) -> str:
    """A mark becomes one line of JSON."""
    return json.dumps(to_record(mark), ensure_ascii=False, allow_nan=False)


def loads(line: str) -> Mark:
    """A line of JSON gives its mark."""
    try:
        record = parse(line)
    except (ValueError, RecursionError) as broken:
        raise UsageError(f"not JSON: {broken}") from None
    return from_record(record)


def _style(style: Record) -> Style:
    alpha, width, article = (style[key] for key in ("alpha", "width", "article"))
    if not isinstance(article, bool):
        raise UsageError(f"a mark's article is true or false, got {shown(article)}")
    if style["profile"] not in PROFILES:
        raise UsageError(f"a style's profile is one of {', '.join(PROFILES)}")
    return Style(
        color=_colour(style["colour"], style["name"]),
        alpha=None if alpha is None else _whole(alpha),
        width=None if width is None else _whole(width),
        profile=style["profile"],
        seed=_whole(style["seed"]),
        article=article,
    )


def _colour(rgb: object, name: object) -> Color | None:
    if rgb is None and name is None:
        return None
    if not isinstance(rgb, list) or len(rgb) != 3:
        raise UsageError(f"a mark's colour is three numbers, got {shown(rgb)}")
    red, green, blue = (_whole(value) for value in rgb)
    return Color(rgb=(red, green, blue), name=None if name is None else _text(name))


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise UsageError(f"expected a whole number, got {shown(value)}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise UsageError(f"expected text, got {shown(value)}")
    return value
