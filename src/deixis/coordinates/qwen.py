"""Qwen-VL writes corners between special tokens, or JSON in thousandths or in pixels as resized."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.dialect import ScaledDialect
from deixis.coordinates.groups import Grammar, Group
from deixis.coordinates.labels import token_label
from deixis.coordinates.number_scale import NumberScale, said_shape, whole_scale
from deixis.coordinates.plain_forms import LISTS, RECORDS, PlainForm, tagged_corners
from deixis.coordinates.plain_lists import ListDialect, seen_scale
from deixis.coordinates.resizing import Resize, Smart
from deixis.coordinates.saying import BARE_KINDS, said_numbers, said_record, said_records
from deixis.core.convert import Shape
from deixis.core.region import Region
from deixis.core.shapes import Point
from deixis.core.size import Size


@final
class Qwen2VlDialect(ScaledDialect):
    """`<|object_ref_start|>cup<|object_ref_end|><|box_start|>(322,417),(406,571)<|box_end|>`.

    0-1000 of the picture, x first. Its JSON (`bbox_2d`, `point_2d`) is read as well, and the
    corners alone, since decoders drop the tokens. Labels are said on one line, < and > as ‹ and ›.
    """

    kinds: ClassVar[tuple[str, ...]] = ("box",)
    summary: ClassVar[str] = "(x0,y0),(x1,y1) in box tokens, 0-1000 of the picture"
    grammar: ClassVar[Grammar] = Grammar(
        lists=True, corners=True, listed=frozenset(("box_start", "box"))
    )
    plain: ClassVar[tuple[PlainForm, ...]] = (
        tagged_corners(
            ("<|object_ref_start|>", "<|object_ref_end|>"),
            ("<|box_start|>", "<|box_end|>"),
            "box_start",
        ),
        RECORDS,
        LISTS,
    )

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return "\n".join(_said(region, self.scale(size)) for region in regions)

    @override
    def shape(self, group: Group, size: Size) -> Shape | str:
        """A pair in round brackets, outside of the tokens, is one corner of a box."""
        is_lone = group.form == "list" and group.is_round and len(group.numbers) == 2
        if is_lone and group.tag is None and group.key is None:
            return "one corner of a box"
        return super().shape(group, size)

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1000.0, 1000.0))


def _said(region: Region, scale: NumberScale) -> str:
    numbers = said_numbers(said_shape(region, scale.size, Qwen2VlDialect.kinds), scale)
    x0, y0, x1, y1 = (str(number) for number in numbers)
    label = token_label(region.label)
    name = f"<|object_ref_start|>{label}<|object_ref_end|>" if label else ""
    return f"{name}<|box_start|>({x0},{y0}),({x1},{y1})<|box_end|>"


@final
@dataclass(frozen=True, kw_only=True)
class Qwen25VlDialect(ListDialect):
    """`[{"bbox_2d": [412, 300, 520, 411], "label": "cup"}]`, points under `point_2d`, x first.

    The limits are those of the checkpoints of the family (56·56 and 28·28·16384 pixels); a server
    that sets others must be told here, else every box lands in the wrong place; `resize` tells all
    at once. Pictures longer than 200:1 are an UnsupportedError. Labels come back exactly.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "JSON bbox_2d / point_2d, x first, pixels after smart resize"

    min_pixels: int = 56 * 56
    max_pixels: int = 28 * 28 * 16384
    factor: int = 28
    resize: Resize | None = None

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return _said_objects(regions, self.scale(size))

    @override
    def scale(self, size: Size) -> NumberScale:
        own = Smart(factor=self.factor, min_pixels=self.min_pixels, max_pixels=self.max_pixels)
        return seen_scale(size, self.resize or own)


@final
class Qwen3VlDialect(ListDialect):
    """`[{"bbox_2d": [322, 417, 406, 571], "label": "cup"}]`, points under `point_2d`: 0-1000 of the
    picture, x first. Labels come back exactly.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "JSON bbox_2d / point_2d, x first, 0-1000 of the picture"

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return _said_objects(regions, self.scale(size))

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1000.0, 1000.0))


def _said_objects(regions: Sequence[Region], scale: NumberScale) -> str:
    """Regions are a JSON list with one object each."""
    records: list[str] = []
    for region in regions:
        shape = said_shape(region, scale.size, BARE_KINDS)
        key = "point_2d" if isinstance(shape, Point) else "bbox_2d"
        records.append(said_record(key, said_numbers(shape, scale), region.label))
    return said_records(records)


DIALECTS = {
    "qwen2_5_vl": Qwen25VlDialect,
    "qwen2_vl": Qwen2VlDialect,
    "qwen3_vl": Qwen3VlDialect,
}
