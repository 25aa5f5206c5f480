"""Places stand between special tokens, after a label between others: lists or bare numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.dialect import ScaledDialect
from deixis.coordinates.groups import Grammar, Group
from deixis.coordinates.labels import token_label
from deixis.coordinates.number_scale import NumberScale, said_shape, whole_scale
from deixis.coordinates.plain_forms import (
    LISTS,
    RECORDS,
    PlainForm,
    tagged_lists,
    tagged_numbers,
)
from deixis.coordinates.saying import BARE_KINDS, said_numbers
from deixis.core.convert import Shape
from deixis.core.region import Region
from deixis.core.shapes import Point, Polygon
from deixis.core.size import Size


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Tags:
    """A family writes a label and a place between these tokens."""

    label_start: str
    label_end: str
    place_start: str
    place_end: str

    def say(self, place: str, label: str | None) -> str:
        """A place is said with its label, where it has one."""
        said = token_label(label)
        name = f"{self.label_start}{said}{self.label_end}" if said else ""
        return f"{name}{self.place_start}{place}{self.place_end}"


REF_BOX = Tags(label_start="<ref>", label_end="</ref>", place_start="<box>", place_end="</box>")


class TaggedLists(ScaledDialect):
    """LABEL[[x0, y0, x1, y1]], each between `tags`; numbers run from 0 to `last`, x first.

    Several boxes may share one label, as `[[…], […]]`. Lists and JSON without the tokens are read
    too. Labels are said on one line, < and > as ‹ and ›.
    """

    kinds: ClassVar[tuple[str, ...]] = ("box",)
    grammar: ClassVar[Grammar] = Grammar(lists=True, listed=frozenset(("box", "det")))
    tags: ClassVar[Tags]
    last: ClassVar[float]

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return "\n".join(self._said(region, self.scale(size)) for region in regions)

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(self.last, self.last))

    def _said(self, region: Region, scale: NumberScale) -> str:
        numbers = said_numbers(said_shape(region, scale.size, self.kinds), scale)
        return self.tags.say(f"[[{', '.join(str(number) for number in numbers)}]]", region.label)


@final
class InternVlDialect(TaggedLists):
    """`<ref>cup</ref><box>[[322, 417, 406, 571]]</box>`.

    As an agent it writes `pyautogui.click(x=0.2346, y=0.381)`: shares of the picture.
    """

    summary: ClassVar[str] = "[[x0, y0, x1, y1]] in box tokens, 0-1000 of the picture"
    grammar: ClassVar[Grammar] = Grammar(
        lists=True, calls=True, listed=frozenset(("box",)), labels="glued"
    )
    plain: ClassVar[tuple[PlainForm, ...]] = (
        tagged_lists(("<ref>", "</ref>"), ("<box>", "</box>"), "box"),
        RECORDS,
    )
    tags: ClassVar[Tags] = REF_BOX
    last: ClassVar[float] = 1000.0

    @override
    def shape(self, group: Group, size: Size) -> Shape | str:
        """The arguments of a call are shares, all else thousandths."""
        if group.call is None:
            return super().shape(group, size)
        return whole_scale(size, last=(1.0, 1.0), decimals=4).shape(group)


@final
class DeepSeekVl2Dialect(TaggedLists):
    """`<|ref|>cup<|/ref|><|det|>[[322, 417, 406, 570]]<|/det|>`."""

    summary: ClassVar[str] = "[[x0, y0, x1, y1]] in det tokens, 0-999 of the picture"
    grammar: ClassVar[Grammar] = Grammar(lists=True, listed=frozenset(("det",)))
    plain: ClassVar[tuple[PlainForm, ...]] = (
        tagged_lists(("<|ref|>", "<|/ref|>"), ("<|det|>", "<|/det|>"), "det"),
        RECORDS,
        LISTS,
    )
    tags: ClassVar[Tags] = Tags(
        label_start="<|ref|>", label_end="<|/ref|>", place_start="<|det|>", place_end="<|/det|>"
    )
    last: ClassVar[float] = 999.0


@final
class GlmVDialect(ScaledDialect):
    """`<|begin_of_box|>[[322, 417, 406, 571]]<|end_of_box|>`: 0-1000 of the picture, x first.

    The tokens stand around any final answer, and many servers drop them: lists, JSON and the
    arguments of its actions are read with and without. No place for labels; those of JSON are read.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "[[x0, y0, x1, y1]] in box tokens, 0-1000 of the picture"
    grammar: ClassVar[Grammar] = Grammar(lists=True, calls=True)
    plain: ClassVar[tuple[PlainForm, ...]] = (
        RECORDS,
        LISTS,
        tagged_lists(("", ""), ("<|begin_of_box|>", "<|end_of_box|>"), "begin_of_box"),
    )

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        said = (
            said_numbers(said_shape(region, size, self.kinds), self.scale(size))
            for region in regions
        )
        return ", ".join(f"[{', '.join(map(str, numbers))}]" for numbers in said)

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1000.0, 1000.0))


class PlainTagged(ScaledDialect):
    """Bare numbers between tags, `<box>322 417 406 571</box>`, 0-1000 of the picture, x first."""

    kinds: ClassVar[tuple[str, ...]] = (*BARE_KINDS, "polygon")
    box_tag: ClassVar[str]
    outline_tag: ClassVar[str]
    says_labels: ClassVar[bool] = False

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return "\n".join(self._said(region, size) for region in regions)

    @override
    def shape(self, group: Group, size: Size) -> Shape | str:
        """Numbers between tags are a point, a box or an outline by the tag's name."""
        if group.form == "plain" and group.tag == self.outline_tag:
            if not group.closed:
                return super().shape(group, size)
            return self.scale(size).shape(group, outline=True)
        return super().shape(group, size)

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1000.0, 1000.0))

    def _said(self, region: Region, size: Size) -> str:
        shape = said_shape(region, size, self.kinds)
        scale = self.scale(size)
        if isinstance(shape, Polygon) and not self._says(shape):
            shape = said_shape(region, size, BARE_KINDS)
        if isinstance(shape, Polygon):
            tag = self.outline_tag
            numbers = [n for x, y in shape.rings[0] for n in scale.said_point(Point(x=x, y=y))]
        else:
            tag = "point" if isinstance(shape, Point) else self.box_tag
            numbers = list(said_numbers(shape, scale))
        label = token_label(region.label) if self.says_labels else None
        name = f"<ref>{label}</ref>" if label else ""
        return f"{name}<{tag}>{' '.join(map(str, numbers))}</{tag}>"

    def _says(self, polygon: Polygon) -> bool:
        return len(polygon.rings) == 1


@final
class SeedDialect(PlainTagged):
    """`<bbox>322 417 406 571</bbox>`, `<point>364 494</point>`, `<polygon>x y x y x y</polygon>`.

    0-1000 of the picture, x first; also in JSON and in the arguments of its actions. No place for
    labels; those of JSON are read.
    """

    kinds: ClassVar[tuple[str, ...]] = (*BARE_KINDS, "polygon")
    summary: ClassVar[str] = "<bbox>x0 y0 x1 y1</bbox> / <point> / <polygon>, 0-1000"
    box_tag: ClassVar[str] = "bbox"
    outline_tag: ClassVar[str] = "polygon"
    grammar: ClassVar[Grammar] = Grammar(
        objects=True, calls=True, plain=frozenset(("bbox", "point", "polygon"))
    )
    plain: ClassVar[tuple[PlainForm, ...]] = (tagged_numbers(("", ""), ("bbox", "point")), RECORDS)


@final
class MiniCpmVDialect(PlainTagged):
    """`<ref>cup</ref><box>322 417 406 571</box>`, `<point>364 494</point>`, a `<quad>` of corners.

    0-1000 of the picture, x first. Labels are said on one line, < and > as ‹ and ›.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "<ref>label</ref><box>x0 y0 x1 y1</box>, 0-1000 of the picture"
    box_tag: ClassVar[str] = "box"
    outline_tag: ClassVar[str] = "quad"
    says_labels: ClassVar[bool] = True
    grammar: ClassVar[Grammar] = Grammar(plain=frozenset(("box", "point", "quad")))
    plain: ClassVar[tuple[PlainForm, ...]] = (
        tagged_numbers(("<ref>", "</ref>"), ("box", "point")),
    )


DIALECTS = {
    "deepseek_vl2": DeepSeekVl2Dialect,
    "glm_v": GlmVDialect,
    "internvl": InternVlDialect,
    "minicpm_v": MiniCpmVDialect,
    "seed": SeedDialect,
}
