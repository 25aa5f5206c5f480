"""Agents write actions as calls: UI-TARS, OpenCUA, Kimi-VL, Holo, AgentCPM-GUI."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.dialect import ScaledDialect
from deixis.coordinates.groups import Grammar
from deixis.coordinates.labels import json_label
from deixis.coordinates.number_scale import NumberScale, said_shape, whole_scale
from deixis.coordinates.plain_forms import LISTS, RECORDS, PlainForm
from deixis.coordinates.plain_lists import seen_scale
from deixis.coordinates.resizing import Resize, Smart
from deixis.coordinates.saying import BARE_KINDS, said_numbers
from deixis.core.errors import UnknownNameError
from deixis.core.region import Region
from deixis.core.size import Size

SPACES = ("pixels", "thousandths")
QWEN_LIMITS = Smart(factor=28, min_pixels=56 * 56, max_pixels=28 * 28 * 16384)


class UiTarsWords(ScaledDialect):
    """`click(start_box='<|box_start|>(364,494)<|box_end|>')`, x first; two arguments are two
    places, and four numbers a box. A region is said between the box tokens.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    grammar: ClassVar[Grammar] = Grammar(
        calls=True,
        labels="none",
        listed=frozenset(("box_start",)),
        plain=frozenset(("point", "bbox")),
    )

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        said = (
            said_numbers(said_shape(region, size, self.kinds), self.scale(size))
            for region in regions
        )
        return " ".join(f"<|box_start|>({','.join(map(str, n))})<|box_end|>" for n in said)


@final
class UiTarsDialect(UiTarsWords):
    """`click(start_box='(364,494)')`: 0-1000 of the picture, x first (UI-TARS 1.0)."""

    summary: ClassVar[str] = "click(start_box='(x,y)'), 0-1000 of the picture"

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1000.0, 1000.0))


@final
@dataclass(frozen=True, kw_only=True)
class UiTars15Dialect(UiTarsWords):
    """`click(start_box='(197,525)')`: pixels after Qwen's smart resize (UI-TARS 1.5)."""

    summary: ClassVar[str] = "click(start_box='(x,y)'), pixels after smart resize"

    resize: Resize = field(
        default_factory=lambda: Smart(
            factor=28, min_pixels=100 * 28 * 28, max_pixels=28 * 28 * 16384
        )
    )

    @override
    def scale(self, size: Size) -> NumberScale:
        return seen_scale(size, self.resize)


@final
@dataclass(frozen=True, kw_only=True)
class OpenCuaDialect(ScaledDialect):
    """`pyautogui.click(x=1443, y=343)`: pixels after Qwen's smart resize. Every region is said as a
    point.
    """

    kinds: ClassVar[tuple[str, ...]] = ("point",)
    summary: ClassVar[str] = "pyautogui.click(x=, y=), pixels after smart resize"
    grammar: ClassVar[Grammar] = Grammar(calls=True)

    resize: Resize = QWEN_LIMITS

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        said = (said_numbers(said_shape(r, size, self.kinds), self.scale(size)) for r in regions)
        return "\n".join(f"pyautogui.click(x={x}, y={y})" for x, y in said)

    @override
    def scale(self, size: Size) -> NumberScale:
        return seen_scale(size, self.resize)


@final
class KimiVlDialect(ScaledDialect):
    """`{"bbox_2d": [0.280, 0.500, 0.520, 0.700], "label": "cup"}`, `pyautogui.click(x=0.879,
    y=0.294)`: shares of the picture, x first. Labels come back exactly.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "JSON bbox_2d / point_2d or pyautogui calls, 0-1 of the picture"
    grammar: ClassVar[Grammar] = Grammar(lists=True, calls=True, named=True)
    plain: ClassVar[tuple[PlainForm, ...]] = (RECORDS, LISTS)

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return f"[{', '.join(self._said(region, size) for region in regions)}]"

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1.0, 1.0), decimals=3)

    def _said(self, region: Region, size: Size) -> str:
        numbers = said_numbers(said_shape(region, size, self.kinds), self.scale(size))
        key = "point_2d" if len(numbers) == 2 else "bbox_2d"
        listed = ", ".join(f"{number:.3f}" for number in numbers)
        label = json_label(region.label)
        return f'{{"{key}": [{listed}]' + (f', "label": {label}}}' if label else "}")


@final
@dataclass(frozen=True, kw_only=True)
class HoloDialect(ScaledDialect):
    """`{"action": "click_absolute", "x": 947, "y": 338}`, `Click(350, 342)`: pixels after Qwen's
    smart resize (Holo1, Holo1.5). Of Holo2 and later ones `space` is "thousandths". Every region is
    said as a point, its label under `element`.
    """

    kinds: ClassVar[tuple[str, ...]] = ("point",)
    summary: ClassVar[str] = 'JSON "x", "y" or Click(x, y), pixels after smart resize'
    grammar: ClassVar[Grammar] = Grammar(objects=True, calls=True)

    space: str = "pixels"
    resize: Resize = QWEN_LIMITS

    def __post_init__(self) -> None:
        if self.space not in SPACES:
            raise UnknownNameError(kind="space of Holo's numbers", name=self.space, known=SPACES)

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return "\n".join(self._said(region, size) for region in regions)

    @override
    def scale(self, size: Size) -> NumberScale:
        if self.space == "thousandths":
            return whole_scale(size, last=(1000.0, 1000.0))
        return seen_scale(size, self.resize)

    def _said(self, region: Region, size: Size) -> str:
        x, y = said_numbers(said_shape(region, size, self.kinds), self.scale(size))
        label = json_label(region.label)
        name = f'"element": {label}, ' if label else ""
        return f'{{{name}"x": {x}, "y": {y}}}'


@final
class AgentCpmGuiDialect(ScaledDialect):
    """`{"POINT":[364,494]}`, a swipe as `{"POINT":[500,200],"to":[500,600]}`: 0-1000 of the
    picture, x first. A box is said as `<box>322 417 406 571</box>`, as its questions have it.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = 'JSON {"POINT":[x,y]}, 0-1000 of the picture'
    grammar: ClassVar[Grammar] = Grammar(objects=True, plain=frozenset(("box",)), labels="none")

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return "\n".join(self._said(region, size) for region in regions)

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1000.0, 1000.0))

    def _said(self, region: Region, size: Size) -> str:
        numbers = said_numbers(said_shape(region, size, self.kinds), self.scale(size))
        if len(numbers) == 2:
            return f'{{"POINT":[{numbers[0]},{numbers[1]}]}}'
        return f"<box>{' '.join(map(str, numbers))}</box>"


DIALECTS = {
    "agentcpm_gui": AgentCpmGuiDialect,
    "holo": HoloDialect,
    "kimi_vl": KimiVlDialect,
    "opencua": OpenCuaDialect,
    "ui_tars": UiTarsDialect,
    "ui_tars_1_5": UiTars15Dialect,
}
