"""Places in the actions of models that work a screen: calls, and the tools of three makers."""

import json
import re
from collections.abc import Callable, Sequence

from deixis.testing.simulated.spaces import PIXELS, THOUSANDTHS, NumberSpace
from deixis.testing.simulated.writing import LISTS, N, Numbered, Spelled, Spelling, Writing

POINT = ("point",)
ROUND = re.compile(
    rf"\(\s*{N}(?:\s*,\s*{N}){{3}}\s*\)|\(\s*{N}\s*,\s*{N}\s*\)|<point>\s*{N}\s+{N}\s*</point>"
)
NAMED_AXES = re.compile(rf'"?x"?\s*[:=]\s*{N}\s*,\s*"?y"?\s*[:=]\s*{N}')
CLICK = re.compile(rf"\(\s*{N}\s*,\s*{N}\s*\)|{NAMED_AXES.pattern}")


def each(action: Callable[[str, str, str], str], between: str = "\n") -> Spelling:
    """One action a point: it is given the name, x and y."""

    def spelled(rows: Sequence[Numbered]) -> str:
        return between.join(action(row.name, row.numbers[0], row.numbers[1]) for row in rows)

    return spelled


def _tars(name: str, x: str, y: str) -> str:
    return f"Thought: I see the {name}, so I click it.\nAction: click(start_box='({x},{y})')"


def _opencua(name: str, x: str, y: str) -> str:
    return (
        f"## Action:\nClick on the {name}.\n## Code:\n```python\npyautogui.click(x={x}, y={y})\n```"
    )


def _agentcpm(name: str, x: str, y: str) -> str:
    return f'{{"thought":{json.dumps(f"tap the {name}")},"POINT":[{x},{y}]}}'


def _holo(name: str, x: str, y: str) -> str:
    return f"Click({x}, {y})"


def _anthropic(name: str, x: str, y: str) -> str:
    action = f'{{"action": "left_click", "coordinate": [{x}, {y}]}}'
    return f'{{"type": "tool_use", "id": "toolu_01", "name": "computer", "input": {action}}}'


def _openai(name: str, x: str, y: str) -> str:
    action = f'{{"type": "click", "button": "left", "x": {x}, "y": {y}}}'
    return f'{{"type": "computer_call", "call_id": "call_a", "action": {action}}}'


def _gemini(name: str, x: str, y: str) -> str:
    return f'{{"name": "click_at", "args": {{"y": {y}, "x": {x}}}}}'


WRITINGS: dict[str, Writing] = {
    "ui_tars": Spelled(kinds=POINT, space=THOUSANDTHS, spelling=each(_tars), places=ROUND),
    "ui_tars_1_5": Spelled(kinds=POINT, space=PIXELS, spelling=each(_tars), places=ROUND),
    "opencua": Spelled(kinds=POINT, space=PIXELS, spelling=each(_opencua), places=CLICK),
    "agentcpm_gui": Spelled(
        kinds=POINT,
        space=THOUSANDTHS,
        spelling=each(_agentcpm),
        places=re.compile(rf"{LISTS.pattern}|<box>[\s\d]+"),
    ),
    "holo": Spelled(kinds=POINT, space=PIXELS, spelling=each(_holo), places=CLICK),
    "anthropic_computer": Spelled(kinds=POINT, space=PIXELS, spelling=each(_anthropic)),
    "openai_computer": Spelled(
        kinds=POINT, space=PIXELS, spelling=each(_openai), places=NAMED_AXES
    ),
    "gemini_computer": Spelled(
        kinds=POINT,
        space=NumberSpace(last=1000, most=999),
        spelling=each(_gemini),
        places=re.compile(rf'{NAMED_AXES.pattern}|"y"\s*:\s*{N}\s*,\s*"x"\s*:\s*{N}'),
    ),
}
