"""PaliGemma writes location tokens, y first."""

from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.dialect import ScaledDialect
from deixis.coordinates.groups import Grammar, Group
from deixis.coordinates.labels import plain_label, token_label
from deixis.coordinates.number_scale import NumberScale, said_shape, whole_scale
from deixis.coordinates.number_tokens import in_parts
from deixis.coordinates.plain_forms import PlainForm, tokens_before_name
from deixis.coordinates.reading import OTHER_WORDS
from deixis.coordinates.saying import BARE_KINDS, said_numbers
from deixis.core.convert import Shape
from deixis.core.region import Region
from deixis.core.size import Size


@final
class PaliGemmaDialect(ScaledDialect):
    """`<loc0427><loc0329><loc0584><loc0415> cup`, several separated by ` ; `; a point has two.

    y first, the share of the picture times 1023 to the nearest, as its makers' data and scorers
    have it. Segmentation tokens after a box need the makers' mask decoder: the box is read, the
    tokens are reported as unread. Labels are said on one line, < > ; as ‹ › ,.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "<locYYYY><locXXXX> tokens, y first, 0-1023 of the picture"
    grammar: ClassVar[Grammar] = Grammar(tokens={"loc": frozenset()}, labels="after")
    y_first: ClassVar[bool] = True
    plain: ClassVar[tuple[PlainForm, ...]] = (tokens_before_name("loc"),)

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return " ; ".join(_said(region, self.scale(size)) for region in regions)

    @override
    def parted(self, group: Group) -> list[Group]:
        """Four locations each are a box, two alone a point."""
        if group.prefix != "loc" or len(group.numbers) % 4:
            return [group]
        return in_parts(group, 4)

    @override
    def shape(self, group: Group, size: Size) -> Shape | str:
        """Locations are boxes or a point; segmentation tokens are told apart."""
        if group.prefix == "seg":
            return "segmentation tokens, which only the makers' decoder draws"
        if group.form != "tokens":
            return OTHER_WORDS
        return super().shape(group, size)

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1023.0, 1023.0))


def _said(region: Region, scale: NumberScale) -> str:
    numbers = said_numbers(said_shape(region, scale.size, PaliGemmaDialect.kinds), scale)
    tokens = "".join(f"<loc{numbers[i ^ 1]:04d}>" for i in range(len(numbers)))
    label = plain_label((token_label(region.label) or "").replace(";", ","))
    return f"{tokens} {label}" if label else tokens
