"""Computer-use tools are called with JSON: those of Anthropic, OpenAI and Gemini."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.dialect import ScaledDialect
from deixis.coordinates.groups import Grammar
from deixis.coordinates.number_scale import NumberScale, said_shape, whole_scale
from deixis.coordinates.plain_forms import LISTS, RECORDS, PlainForm
from deixis.coordinates.plain_lists import seen_scale
from deixis.coordinates.resizing import ClaudeFit, Kept, Resize
from deixis.coordinates.saying import BARE_KINDS, said_numbers
from deixis.core.region import Region
from deixis.core.size import Size


@final
@dataclass(frozen=True, kw_only=True)
class AnthropicComputerDialect(ScaledDialect):
    """`{"action": "left_click", "coordinate": [760, 400]}`: pixels of the screenshot, x first.

    A drag is two points, a zoom's `region` a box. The tool resizes nothing, but a picture beyond
    the model's limits is shrunk like any other of Claude's. No place for labels.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = 'JSON "coordinate": [x, y], pixels of the screenshot'
    grammar: ClassVar[Grammar] = Grammar(lists=True, labels="none")
    plain: ClassVar[tuple[PlainForm, ...]] = (RECORDS, LISTS)

    resize: Resize = field(default_factory=ClaudeFit)

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return "\n".join(self._said(region, size) for region in regions)

    @override
    def scale(self, size: Size) -> NumberScale:
        return seen_scale(size, self.resize)

    def _said(self, region: Region, size: Size) -> str:
        numbers = said_numbers(said_shape(region, size, self.kinds), self.scale(size))
        key = "coordinate" if len(numbers) == 2 else "region"
        return f'{{"{key}": [{", ".join(map(str, numbers))}]}}'


class NamedPoint(ScaledDialect):
    """`{"x": 500, "y": 300}`; the names of actions, and amounts beside x and y, are no places."""

    kinds: ClassVar[tuple[str, ...]] = ("point",)
    grammar: ClassVar[Grammar] = Grammar(objects=True, labels="none")

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        said = (said_numbers(said_shape(r, size, self.kinds), self.scale(size)) for r in regions)
        return "\n".join(f'{{"x": {x}, "y": {y}}}' for x, y in said)


@final
@dataclass(frozen=True, kw_only=True)
class OpenaiComputerDialect(NamedPoint):
    """`{"type": "click", "button": "left", "x": 156, "y": 50}`: pixels of the screenshot as it was
    sent, a drag's `path` point by point. Every region is said as a point; no place for labels.
    """

    summary: ClassVar[str] = 'JSON "x", "y" of an action, pixels of the screenshot'

    resize: Resize = field(default_factory=Kept)

    @override
    def scale(self, size: Size) -> NumberScale:
        return seen_scale(size, self.resize)


@final
class GeminiComputerDialect(NamedPoint):
    """`{"name": "click_at", "args": {"x": 500, "y": 300}}`: 0-999, each a thousandth of the
    picture. A drag is two points. Every region is said as a point; no place for labels.
    """

    summary: ClassVar[str] = 'JSON "x", "y" of a function call, 0-1000 of the picture'

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1000.0, 1000.0))


DIALECTS = {
    "anthropic_computer": AnthropicComputerDialect,
    "gemini_computer": GeminiComputerDialect,
    "openai_computer": OpenaiComputerDialect,
}
