"""Places in brackets and in JSON: what chat models write, each as its maker's pages show it."""

import json
import re
from collections.abc import Sequence

from deixis.testing.simulated.spaces import PIXELS, SHARES, THOUSANDTHS, NumberSpace
from deixis.testing.simulated.writing import LISTS, N, Numbered, Spelled, Writing

BOTH = ("box", "point")
NAMED_EDGES = re.compile(r"\{[^{}]*\}")
EDGES_OR_LISTS = re.compile(rf"{LISTS.pattern}|{NAMED_EDGES.pattern}")
PERCENT = NumberSpace(last=100, decimals=1)
TWO_DECIMALS = NumberSpace(last=1, decimals=2, is_padded=True)


def plain(rows: Sequence[Numbered]) -> str:
    """One list alone; several on lines with their names."""
    if len(rows) == 1:
        return f"[{rows[0].listed}]"
    return "\n".join(f"{row.name}: [{row.listed}]" for row in rows)


def in_a_sentence(rows: Sequence[Numbered]) -> str:
    """As chat models like to put it."""
    if len(rows) == 1:
        row = rows[0]
        what = "bounding box" if row.is_box else "centre"
        return f"The {what} of the {row.name} is [{row.listed}]."
    listed = "\n".join(f"- **{row.name}**: [{row.listed}]" for row in rows)
    return f"Here are the coordinates:\n\n{listed}"


def in_a_tight_list(rows: Sequence[Numbered]) -> str:
    """LLaVA writes no blanks between numbers."""
    return "\n".join(f"[{', '.join(row.numbers)}]" for row in rows)


def fenced(rows: Sequence[Numbered], box_key: str, point_key: str) -> str:
    """A list of objects in a JSON fence."""
    objects = [
        f'\t{{"{box_key if row.is_box else point_key}": [{row.listed}], "label": {_quoted(row)}}}'
        for row in rows
    ]
    return "```json\n[\n" + ",\n".join(objects) + "\n]\n```"


def qwen_json(rows: Sequence[Numbered]) -> str:
    """Qwen2.5-VL's and Qwen3-VL's cookbooks."""
    return fenced(rows, "bbox_2d", "point_2d")


def gemini_json(rows: Sequence[Numbered]) -> str:
    """Gemini's page on understanding images; y has been put first."""
    return fenced(rows, "box_2d", "point")


def edges_json(rows: Sequence[Numbered]) -> str:
    """Edges by name, as under the JSON schemas that are sent to GPT."""
    return json.dumps([_edges(row) | {"label": row.name} for row in rows])


def moondream_json(rows: Sequence[Numbered]) -> str:
    """The answers of Moondream's /detect and /point."""
    kind = "objects" if rows[0].is_box else "points"
    return json.dumps({kind: [_edges(row) for row in rows]})


def glm_list(rows: Sequence[Numbered]) -> str:
    """GLM-V's answer between its tokens."""
    return f"<|begin_of_box|>[{', '.join(f'[{row.listed}]' for row in rows)}]<|end_of_box|>"


def kimi_lines(rows: Sequence[Numbered]) -> str:
    """Kimi-VL: JSON for boxes, a call for points."""
    return "\n".join(
        f'{{"bbox_2d": [{row.listed}], "label": {_quoted(row)}}}'
        if row.is_box
        else f"pyautogui.click(x={row.numbers[0]}, y={row.numbers[1]})"
        for row in rows
    )


def _quoted(row: Numbered) -> str:
    return json.dumps(row.name, ensure_ascii=False)


def _edges(row: Numbered) -> dict[str, object]:
    names = ("x_min", "y_min", "x_max", "y_max") if row.is_box else ("x", "y")
    values = (float(n) if "." in n else int(n) for n in row.numbers)
    return dict(zip(names, values, strict=True))


NO_OBJECTS = "```json\n[]\n```"
CALLED = re.compile(rf"\[\s*{N}(?:\s*,\s*{N}){{1,3}}\s*\]|\(\s*x\s*=\s*{N}\s*,\s*y\s*=\s*{N}\s*\)")

WRITINGS: dict[str, Writing] = {
    "permille": Spelled(kinds=BOTH, space=THOUSANDTHS, spelling=plain),
    "pixels": Spelled(kinds=BOTH, space=PIXELS, spelling=plain),
    "unit": Spelled(kinds=BOTH, space=SHARES, spelling=plain),
    "padded_unit": Spelled(kinds=BOTH, space=TWO_DECIMALS, spelling=in_a_tight_list),
    "percent": Spelled(kinds=BOTH, space=PERCENT, spelling=plain),
    "permille_y_first": Spelled(kinds=BOTH, space=THOUSANDTHS, spelling=plain, puts_y_first=True),
    "pixel_edges": Spelled(
        kinds=BOTH, space=PIXELS, spelling=edges_json, places=EDGES_OR_LISTS, none="[]"
    ),
    "claude": Spelled(kinds=BOTH, space=PIXELS, spelling=in_a_sentence),
    "qwen2_5_vl": Spelled(kinds=BOTH, space=PIXELS, spelling=qwen_json, none=NO_OBJECTS),
    "qwen3_vl": Spelled(kinds=BOTH, space=THOUSANDTHS, spelling=qwen_json, none=NO_OBJECTS),
    "gemini": Spelled(
        kinds=BOTH, space=THOUSANDTHS, spelling=gemini_json, puts_y_first=True, none=NO_OBJECTS
    ),
    "moondream": Spelled(
        kinds=BOTH,
        space=NumberSpace(last=1, steps=1024),
        spelling=moondream_json,
        places=NAMED_EDGES,
        none='{"objects": []}',
    ),
    "glm_v": Spelled(kinds=BOTH, space=THOUSANDTHS, spelling=glm_list),
    "kimi_vl": Spelled(kinds=BOTH, space=SHARES, spelling=kimi_lines, places=CALLED),
}
