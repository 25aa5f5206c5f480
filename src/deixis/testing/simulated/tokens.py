"""Places between special tokens and tags, each as its maker's pages and code show it."""

import html
import math
import re
from collections.abc import Sequence
from itertools import groupby
from typing import final

from typing_extensions import override

from deixis.core.size import Size
from deixis.testing.simulated.spaces import THOUSANDTHS, Numbers, NumberSpace, Shares
from deixis.testing.simulated.writing import N, Numbered, Spelled, Spot, Writing

BOTH = ("box", "point")
DIGITS = re.compile(r"\d+")
CORNERS = re.compile(rf"\(\s*{N}\s*,\s*{N}\s*\)(?:\s*,\s*\(\s*{N}\s*,\s*{N}\s*\))?")
TAGGED = re.compile(r"<(?:bbox|box|point)>[\s\d.,-]+")
SEVERAL = "</delimiter_of_multi_objects/>"  # between boxes of one phrase of Kosmos-2
GRID = 32  # cells of Kosmos-2


def _tokens(numbers: Numbers, token: str) -> str:
    return "".join(token.format(int(number)) for number in numbers)


def _by_name(rows: Sequence[Numbered]) -> list[tuple[str, list[Numbered]]]:
    return [(name, list(same)) for name, same in groupby(rows, key=lambda row: row.name)]


def qwen2_tokens(rows: Sequence[Numbered]) -> str:
    """Qwen2-VL's page: a reference, then two corners."""
    return "".join(
        f"<|object_ref_start|>{name}<|object_ref_end|>"
        f"<|box_start|>({x0},{y0}),({x1},{y1})<|box_end|>"
        for name, (x0, y0, x1, y1) in ((row.name, row.numbers) for row in rows)
    )


def internvl_tags(rows: Sequence[Numbered]) -> str:
    """InternVL's chat data: boxes of one reference share a list."""
    return "".join(
        f"<ref>{name}</ref><box>[{', '.join(f'[{row.listed}]' for row in same)}]</box>"
        for name, same in _by_name(rows)
    )


def deepseek_tokens(rows: Sequence[Numbered]) -> str:
    """DeepSeek-VL2's page."""
    return "".join(
        f"<|ref|>{name}<|/ref|><|det|>[{', '.join(f'[{row.listed}]' for row in same)}]<|/det|>"
        for name, same in _by_name(rows)
    )


def florence_tokens(rows: Sequence[Numbered]) -> str:
    """Florence-2: a label, then its locations."""
    return "".join(row.name + _tokens(row.numbers, "<loc_{}>") for row in rows)


def paligemma_tokens(rows: Sequence[Numbered]) -> str:
    """PaliGemma: locations, y first, then the label."""
    return " ; ".join(f"{_tokens(row.numbers, '<loc{:04d}>')} {row.name}" for row in rows)


def locate_anything_tokens(rows: Sequence[Numbered]) -> str:
    """LocateAnything: numbers as tokens; points come without a reference."""
    if not rows[0].is_box:
        return "".join(f"<box>{_tokens(row.numbers, '<{}>')}</box>" for row in rows)
    return "".join(
        f"<ref>{name}</ref>" + "".join(f"<box>{_tokens(row.numbers, '<{}>')}</box>" for row in same)
        for name, same in _by_name(rows)
    )


def rex_omni_tokens(rows: Sequence[Numbered]) -> str:
    """Rex-Omni: all shapes of a phrase stand between one pair of tokens."""
    return ", ".join(
        f"<|object_ref_start|>{name}<|object_ref_end|><|box_start|>"
        + ", ".join(_tokens(row.numbers, "<{}>") for row in same)
        + "<|box_end|>"
        for name, same in _by_name(rows)
    )


def seed_tags(rows: Sequence[Numbered]) -> str:
    """Seed and Doubao."""
    return "".join(
        f"<{tag}>{' '.join(row.numbers)}</{tag}>"
        for tag, row in (("bbox" if row.is_box else "point", row) for row in rows)
    )


def minicpm_tags(rows: Sequence[Numbered]) -> str:
    """MiniCPM-V."""
    return "\n".join(
        f"<ref>{row.name}</ref><{tag}>{' '.join(row.numbers)}</{tag}>"
        for tag, row in (("box" if row.is_box else "point", row) for row in rows)
    )


def molmo_tags(rows: Sequence[Numbered]) -> str:
    """Molmo: percent in attributes."""
    name = html.escape(rows[0].name)
    if len(rows) == 1:
        x, y = rows[0].numbers
        return f' <point x="{x}" y="{y}" alt="{name}">{name}</point>'
    numbered = enumerate((row.numbers for row in rows), start=1)
    attributes = " ".join(f'x{i}="{x}" y{i}="{y}"' for i, (x, y) in numbered)
    return f' <points {attributes} alt="{name}">{name}</points>'


def molmo2_tags(rows: Sequence[Numbered]) -> str:
    """Molmo 2: the picture's number, then each point's number and place."""
    numbered = enumerate((row.numbers for row in rows), start=1)
    points = " ".join(f"{i} {int(x):03d} {int(y):03d}" for i, (x, y) in numbered)
    return f'<points coords="1 {points}">{html.escape(rows[0].name)}</points>'


@final
class GridCells(Writing):
    """Kosmos-2 names the cells of a 32 x 32 grid in which a box's first and last corner lie."""

    kinds = ("box",)
    _places = re.compile(r"<patch_index_(\d+)><patch_index_(\d+)>")

    @override
    def write(self, spots: Sequence[Spot], seen: Size) -> str:
        return "".join(
            f"<phrase>{name}</phrase><object>{SEVERAL.join(map(_patches, same))}</object>"
            for name, same in groupby(spots, key=lambda spot: spot.name)
        )

    @override
    def read(self, text: str, seen: Size) -> list[Shares]:
        found = []
        for first, last in self._places.findall(text):
            top, left = divmod(int(first), GRID)
            bottom, right = divmod(int(last), GRID)
            corners = (left, top, right + 1, bottom + 1)
            found.append(tuple(corner / GRID for corner in corners))
        return found


def _patches(spot: Spot) -> str:
    first, last = _cells(spot.shares)
    return f"<patch_index_{first:04d}><patch_index_{last:04d}>"


def _cells(shares: Shares) -> tuple[int, int]:
    x0, y0, x1, y1 = shares
    left, top = (min(math.floor(low * GRID), GRID - 1) for low in (x0, y0))
    right = max(math.ceil(x1 * GRID) - 1, left)
    bottom = max(math.ceil(y1 * GRID) - 1, top)
    return top * GRID + left, bottom * GRID + right


def _token_runs(token: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{token}\s*){{4}}|(?:{token}\s*){{2}}")


NUMBER_RUNS = _token_runs(r"<\d+>")

WRITINGS: dict[str, Writing] = {
    "qwen2_vl": Spelled(kinds=("box",), space=THOUSANDTHS, spelling=qwen2_tokens, places=CORNERS),
    "internvl": Spelled(kinds=("box",), space=THOUSANDTHS, spelling=internvl_tags),
    "deepseek_vl2": Spelled(kinds=("box",), space=NumberSpace(last=999), spelling=deepseek_tokens),
    "florence2": Spelled(
        kinds=("box",),
        space=NumberSpace(last=1000, rounding="down", most=999, middle=0.5),
        spelling=florence_tokens,
        places=_token_runs(r"<loc_\d+>"),
        number=DIGITS,
    ),
    "kosmos2": GridCells(),
    "paligemma": Spelled(
        kinds=BOTH,
        space=NumberSpace(last=1023),
        spelling=paligemma_tokens,
        places=_token_runs(r"<loc\d{4}>"),
        number=DIGITS,
        puts_y_first=True,
    ),
    "locate_anything": Spelled(
        kinds=BOTH,
        space=THOUSANDTHS,
        spelling=locate_anything_tokens,
        places=NUMBER_RUNS,
        number=DIGITS,
        none="<ref>NAME</ref><box>none</box>",
    ),
    "rex_omni": Spelled(
        kinds=BOTH,
        space=NumberSpace(last=999, rounding="down"),
        spelling=rex_omni_tokens,
        places=NUMBER_RUNS,
        number=DIGITS,
        none="<|object_ref_start|>NAME<|object_ref_end|><|box_start|>None<|box_end|>",
    ),
    "seed": Spelled(kinds=BOTH, space=THOUSANDTHS, spelling=seed_tags, places=TAGGED),
    "minicpm_v": Spelled(kinds=BOTH, space=THOUSANDTHS, spelling=minicpm_tags, places=TAGGED),
    "molmo": Spelled(
        kinds=("point",),
        space=NumberSpace(last=100, decimals=1),
        spelling=molmo_tags,
        places=re.compile(rf'x1?="{N}"\s+y1?="{N}"'),
        none="There are none.",
    ),
    "molmo2": Spelled(
        kinds=("point",),
        space=THOUSANDTHS,
        spelling=molmo2_tags,
        places=re.compile(r'\d+ \d+(?=")'),
        none="There are none.",
    ),
}
