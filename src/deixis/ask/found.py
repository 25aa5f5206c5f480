"""What a search found: regions, places to click, and each look that led there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

from deixis.ask.answer import Answer
from deixis.core import region_json, showing
from deixis.core.image import Image
from deixis.core.mask import Mask, iou
from deixis.core.overlap import box_iou
from deixis.core.region import Region
from deixis.core.shapes import Box, Point
from deixis.core.size import Size
from deixis.core.transform import Transform
from deixis.core.untrusted_text import shown
from deixis.core.wording import counted

SAME = 0.5  # of the area that two regions cover together; so much in both is the same thing twice
EDGE = 0.5  # pixels by which a click stays inside of the picture


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False, repr=False)
class Look:
    """One look of a search: the window of the original that was shown, the picture as it was sent,
    the answer, and the regions in it, in pixels of the original.

    `why` says why it was not followed, or has no region; empty: it was.
    """

    window: Box
    image: Image
    answer: Answer
    regions: tuple[Region, ...]
    why: str = ""

    def __repr__(self) -> str:
        window = ", ".join(f"{edge:g}" for edge in self.window.xyxy)
        return f"Look(window {window}: {counted(len(self.regions), 'region')})"

    def record(self) -> dict[str, object]:
        """The look as JSON, without pixels."""
        return {
            "window": list(self.window.xyxy),
            "sent": [self.image.size.width, self.image.size.height],
            "asked": self.answer.sent.text,
            "text": self.answer.text,
            "regions": [region_json.to_record(region) for region in self.regions],
            "why": self.why,
        }


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False, repr=False)
class Found:
    """A search found these regions of a thing in the picture, in its own pixels; none where nothing
    was found, and then `why` says so. `trace` holds every look; one call to the model was made for
    each.

    `scale` is how many pixels of the picture a logical one has, on a screen.
    """

    what: str
    image: Image
    regions: tuple[Region, ...]
    why: str
    trace: tuple[Look, ...]
    scale: float = 1.0

    def __repr__(self) -> str:
        told = f"nothing: {shown(self.why)}" if self.region is None else self.region.place
        more = f" and {len(self.regions) - 1} more" if len(self.regions) > 1 else ""
        return f"Found({shown(self.what)}, {told}{more}, {counted(self.num_calls, 'call')})"

    @property
    def region(self) -> Region | None:
        """The first region, if any was found."""
        return self.regions[0] if self.regions else None

    @property
    def points(self) -> tuple[Point, ...]:
        """A place to click for each region, inside of it and of the picture."""
        return tuple(click_point(region, self.image.size) for region in self.regions)

    @property
    def logical(self) -> tuple[Region, ...]:
        """The regions in logical pixels of the screen."""
        way = _to_logical(self.image.size, self.scale)
        return tuple(way.region(region) for region in self.regions)

    @property
    def logical_points(self) -> tuple[Point, ...]:
        """The places to click in logical pixels of the screen."""
        return tuple(Point(x=one.x / self.scale, y=one.y / self.scale) for one in self.points)

    @property
    def num_calls(self) -> int:
        """How often the model was asked."""
        return len(self.trace)

    def picture(self) -> Image:
        """The looks drawn on the picture, and each close-up with what was found in it."""
        from deixis.ask.found_picture import drawn_trace

        return drawn_trace(self)

    def show(self) -> None:
        """The looks are shown: in a notebook below the cell, elsewhere in the system's viewer."""
        showing.show(self, self.picture().pil())

    def _repr_html_(self) -> str:
        from deixis.ask.answer_shown import found_html

        return found_html(self)

    def record(self) -> dict[str, object]:
        """All of it as JSON, without pixels."""
        return {
            "what": self.what,
            "size": [self.image.size.width, self.image.size.height],
            "regions": [region_json.to_record(region) for region in self.regions],
            "points": [[point.x, point.y] for point in self.points],
            "logical": {
                "scale": self.scale,
                "regions": [region_json.to_record(region) for region in self.logical],
                "points": [[point.x, point.y] for point in self.logical_points],
            },
            "why": self.why,
            "calls": self.num_calls,
            "trace": [look.record() for look in self.trace],
        }


def click_point(region: Region, size: Size) -> Point:
    """A place inside of a region and of the picture: the centre of what of the region is in the
    picture, or where that is in none of it, a place that is.
    """
    centre = region.within(size).centre()
    if not (0 <= centre.x <= size.width and 0 <= centre.y <= size.height):  # of a cut ellipse
        centre = region.mask(size).nearest(centre.x, centre.y)
    return Point(
        x=min(max(centre.x, 0.0), size.width - EDGE), y=min(max(centre.y, 0.0), size.height - EDGE)
    )


def without_repeats(regions: Sequence[Region], size: Size) -> tuple[Region, ...]:
    """The regions, each thing once: of two that overlap by half, the surer one, or the first."""
    kept: list[Region] = []
    for region in sorted(regions, key=lambda one: -(one.score or 0.0)):  # stable: else as they came
        if not any(is_repeat(region, other, size) for other in kept):
            kept.append(region)
    return tuple(region for region in regions if any(region is one for one in kept))


def is_repeat(one: Region, other: Region, size: Size) -> bool:
    """Whether two regions are of the same thing: half of what they cover is in both; of a point,
    that it is within two thousandths of the picture from the other.
    """
    if isinstance(one.shape, Point) and isinstance(other.shape, Point):
        apart_x = abs(one.shape.x - other.shape.x) / size.width
        apart_y = abs(one.shape.y - other.shape.y) / size.height
        return max(apart_x, apart_y) <= 0.002
    if isinstance(one.shape, Point) or isinstance(other.shape, Point):
        return False
    if isinstance(one.shape, Mask) and isinstance(other.shape, Mask):
        return iou(one.shape, other.shape) >= SAME
    return box_iou(one.box(), other.box()) >= SAME


def _to_logical(size: Size, scale: float) -> Transform:
    after = Size(width=max(1, round(size.width / scale)), height=max(1, round(size.height / scale)))
    return replace(Transform(before=size, after=after), scale_x=1 / scale, scale_y=1 / scale)
