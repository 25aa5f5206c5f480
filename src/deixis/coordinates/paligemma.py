"""PaliGemma writes location tokens, y first."""

import re
from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.dialect import Reading, ScaledDialect
from deixis.coordinates.labels import plain_label, read_label, token_label
from deixis.coordinates.number_scale import NumberScale, said_shape, whole_scale
from deixis.coordinates.reading_builder import Collected
from deixis.coordinates.saying import BARE_KINDS, said_numbers
from deixis.core.region import Region
from deixis.core.size import Size

TOKENS = re.compile(r"(?:<(?:loc|seg)\d{1,4}>\s{0,3})+")
LOCATION = re.compile(r"<loc(\d{1,4})>")
SEGMENT = re.compile(r"<seg\d{1,4}>")
CUT_TOKEN = re.compile(r"<(?:l|lo|loc\d{0,4}|s|se|seg\d{0,4})\Z")


@final
class PaliGemmaDialect(ScaledDialect):
    """`<loc0427><loc0329><loc0584><loc0415> cup`, several separated by ` ; `; a point has two.

    y first, the share of the picture times 1023 to the nearest, as its makers' data and scorers
    have it. Segmentation tokens after a box need the makers' mask decoder: the box is read, the
    tokens are reported as unread. Labels are said on one line, < > ; as ‹ › ,.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "<locYYYY><locXXXX> tokens, y first, 0-1023 of the picture"

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return " ; ".join(_said(region, self.scale(size)) for region in regions)

    @override
    def parse(self, text: str, size: Size) -> Reading:
        collected = Collected()
        runs = list(TOKENS.finditer(text))
        collected.leave_places(text[: runs[0].start()] if runs else text)
        for i, run in enumerate(runs):
            until = runs[i + 1].start() if i + 1 < len(runs) else len(text)
            after = CUT_TOKEN.sub("", text[run.end() : until])
            label = read_label(after.partition(";")[0])
            _read_run(run.group(), label, self.scale(size), collected)
            collected.leave_places(after)
        cut = CUT_TOKEN.search(text)
        if cut is not None:
            collected.leave(cut.group())
        return collected.reading()

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1023.0, 1023.0))


def _said(region: Region, scale: NumberScale) -> str:
    numbers = said_numbers(said_shape(region, scale.size, PaliGemmaDialect.kinds), scale)
    tokens = "".join(f"<loc{numbers[i ^ 1]:04d}>" for i in range(len(numbers)))
    label = plain_label((token_label(region.label) or "").replace(";", ","))
    return f"{tokens} {label}" if label else tokens


def _read_run(run: str, label: str | None, scale: NumberScale, collected: Collected) -> None:
    tokens = list(LOCATION.finditer(run))
    numbers = [int(token.group(1)) for token in tokens]
    placed = [numbers[i ^ 1] for i in range(len(numbers) - len(numbers) % 2)]
    if len(numbers) == 2:
        collected.place(scale.point(placed), label=label, written=run)
    elif numbers and len(numbers) % 4 == 0:
        for i in range(0, len(placed), 4):
            written = run[tokens[i].start() : tokens[i + 3].end()]
            collected.place(scale.box(placed[i : i + 4]), label=label, written=written)
    elif numbers:
        collected.leave(run)
    collected.leave("".join(SEGMENT.findall(run)))
