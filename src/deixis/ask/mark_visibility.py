"""What is left of a mark in what a model sees: after its resizing, padding, cropping and tiling.

A model sees some views of a picture (`VisionLanguageModel.views`). The picture is prepared with and
without the mark as the model prepares it; what differs is what the model can see of the mark.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import final

import numpy as np
from jaxtyping import Int64, UInt8

from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.core.shapes import Box
from deixis.core.view import BLACK, View, Windowed
from deixis.encodings import Encoding
from deixis.encodings.drawn import Drawn
from deixis.encodings.tagged import Tagged
from deixis.marks.mark import Mark
from deixis.marks.render import coverage, draw
from deixis.marks.tagging import letter_height, plate_marks
from deixis.models.interface import VisionLanguageModel

# below these a mark is told to be lost; benchmarks/survival.py shows what a model makes of less
LEAST_WIDTH = 0.5  # of lines, in the model's own pixels
LEAST_CONTRAST = 0.1  # of 0..1, by which the pixels under the mark change
LEAST_VISIBLE = 0.5  # of what the mark covers
LEAST_LETTER = 5.0  # pixels of a tag's letters; in fewer no font can tell them apart
WIDEST = 24  # to which marks are thickened, in 1/336
ALPHAS = (160, 192, 224, 255)  # to which alpha is raised


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Survival:
    """What is left of a mark. `width`: of its lines in the model's own pixels, None where it has no
    lines; `contrast`: how much the pixels under it change, 0..1; `visible`: the share of what it
    covers that the model sees at all.
    """

    mark: Mark
    width: float | None
    contrast: float
    visible: float

    @property
    def is_wide(self) -> bool:
        """Whether its lines are wide enough."""
        return self.width is None or self.width >= LEAST_WIDTH

    @property
    def losses(self) -> tuple[str, ...]:
        """What is lost of it, and what to do; empty if it survives."""
        found: list[str] = []
        if self.visible < LEAST_VISIBLE:
            found.append(
                f"only {self.visible:.0%} of it lies in what the model sees (pad the picture to a "
                "square, or show the region cropped)"
            )
        if not self.is_wide:
            found.append(
                f"its lines are {self.width:.2g} pixels wide there, {LEAST_WIDTH:g} are needed "
                "(give a larger width, or leave it out)"
            )
        if self.visible > 0 and self.contrast < LEAST_CONTRAST:
            found.append(
                f"it changes its pixels by {self.contrast:.1%}, {LEAST_CONTRAST:.0%} are needed "
                "(raise alpha, or take a colour that differs from what is below)"
            )
        return tuple(found)

    @property
    def told(self) -> str:
        """It in one line, for people."""
        width = "" if self.width is None else f"lines {self.width:.2g} pixels wide, "
        return f"{width}contrast {self.contrast:.0%}, {self.visible:.0%} visible"


@final
class Sight:
    """How one model sees one picture; `alone`: without other pictures beside it.

    UnsupportedError if the model cannot tell.
    """

    def __init__(self, vlm: VisionLanguageModel, image: Image, *, alone: bool = True) -> None:
        self.vlm = vlm
        self.image = image
        self.views = vlm.views(image.size, alone=alone)

    def survival(self, mark: Mark) -> Survival:
        """What is left of a mark on this picture."""
        covered = coverage(mark, self.image.size)
        total = int(covered.sum(dtype=np.int64))
        if total == 0:
            return Survival(mark=mark, width=self._width(mark, covered), contrast=0.0, visible=0.0)
        return Survival(
            mark=mark,
            width=self._width(mark, covered),
            contrast=self._contrast(mark, covered),
            visible=_seen(covered, self.views) / total,
        )

    def scale(self, mark: Mark) -> float:
        """The model's own pixels for one of the picture where it sees the mark; 0 where not."""
        view = self._best(coverage(mark, self.image.size))
        return 0.0 if view is None else _scale(view)

    def widened(self, mark: Mark) -> Mark:
        """The mark with the least width, from its own on, that survives; at most `WIDEST`."""
        covered = None if self._whole is not None else coverage(mark, self.image.size)
        while not _is_wide(self._width(mark, covered)):
            width = self._next_width(mark)
            if width is None:
                break
            mark = replace(mark, style=replace(mark.style, width=width))
        return mark

    def thickened(self, mark: Mark) -> Mark:
        """The mark widened, then with its alpha raised as far as it needs to survive."""
        mark = self.widened(mark)
        for alpha in ALPHAS:
            if self.survival(mark).contrast >= LEAST_CONTRAST:
                break
            if alpha > mark.alpha:
                mark = replace(mark, style=replace(mark.style, alpha=alpha))
        return mark

    def _next_width(self, mark: Mark) -> int | None:
        """The next setting of the width at which the lines get wider."""
        size = self.image.size
        first = 1 if mark.style.width is None else mark.style.width + 1
        now = mark.line_width(size) or 0
        for width in range(first, WIDEST + 1):
            wider = replace(mark, style=replace(mark.style, width=width))
            if (wider.line_width(size) or 0) > now:
                return width
        return None

    def _width(self, mark: Mark, covered: UInt8[np.ndarray, "row column"] | None) -> float | None:
        line = mark.line_width(self.image.size)
        if line is None:
            return None
        view = self._whole if covered is None else self._best(covered)
        return 0.0 if view is None else line * _scale(view)

    def _contrast(self, mark: Mark, covered: UInt8[np.ndarray, "row column"]) -> float:
        view = self._best(covered)
        if view is None:
            return 0.0
        marked = self.vlm.received(draw(self.image, [mark]))
        weight = self._seen(_without_fill(view), _grey(covered))[..., 0]
        change = abs(self._seen(view, marked) - self._seen(view, self._plain)).max(axis=2)
        total = int(weight.sum())
        return int((change * weight).sum()) / total / 255 if total else 0.0

    def _seen(self, view: View, image: Image) -> Int64[np.ndarray, "row column 3"]:
        return self.vlm.seen(view, image).pixels.astype(np.int64)

    def _best(self, covered: UInt8[np.ndarray, "row column"]) -> View | None:
        """The view that shows most of the mark, and of those the largest."""
        ranked = [(_seen(covered, (view,)) * _scale(view), view) for view in self.views]
        most, best = max(ranked, key=lambda pair: pair[0], default=(0.0, None))
        return best if most > 0 else None

    @cached_property
    def _whole(self) -> View | None:
        """The only view, where it shows all of the picture: so it does all of any mark."""
        if len(self.views) != 1:
            return None
        (shown,), size = _windows(self.views), self.image.size
        x0, y0, x1, y1 = map(round, (shown.x0, shown.y0, shown.x1, shown.y1))
        is_all = max(x0, y0) <= 0 and x1 >= size.width and y1 >= size.height
        return self.views[0] if is_all else None

    @cached_property
    def _plain(self) -> Image:
        return self.vlm.received(self.image)


def _is_wide(width: float | None) -> bool:
    return width is None or width >= LEAST_WIDTH


def _scale(view: View) -> float:
    chained = view.transform
    return min(chained.scale_x, chained.scale_y)


def _seen(covered: UInt8[np.ndarray, "row column"], views: Sequence[View]) -> int:
    """How much of the coverage lies in any of the views."""
    rows = np.flatnonzero(covered.any(axis=1))
    if not rows.size:
        return 0
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    columns = np.flatnonzero(covered[top:bottom].any(axis=0))
    left, right = int(columns[0]), int(columns[-1]) + 1
    rest = covered[top:bottom, left:right].copy()
    total = int(rest.sum(dtype=np.int64))
    for window in _windows(views):
        x0, y0, x1, y1 = map(round, (window.x0, window.y0, window.x1, window.y1))
        rows_in = slice(max(0, y0 - top), max(0, y1 - top))
        rest[rows_in, max(0, x0 - left) : max(0, x1 - left)] = 0
    return total - int(rest.sum(dtype=np.int64))


def _windows(views: Sequence[View]) -> Iterator[Box]:
    """What of the original each view shows."""
    for view in views:
        back = view.transform.inverse()
        x0, y0 = back.shift_x, back.shift_y
        x1 = x0 + view.size.width * back.scale_x
        y1 = y0 + view.size.height * back.scale_y
        yield Box(x0=x0, y0=y0, x1=x1, y1=y1)


def _without_fill(view: View) -> View:
    steps = [replace(s, fill=BLACK) if isinstance(s, Windowed) else s for s in view.steps]
    return View(original=view.original, steps=tuple(steps))


def _grey(covered: UInt8[np.ndarray, "row column"]) -> Image:
    return Image(pixels=np.repeat(covered[..., None], 3, axis=2))


logger = logging.getLogger(__name__)


def widened(
    vlm: VisionLanguageModel, image: Image, encodings: Mapping[str, Encoding], *, alone: bool
) -> dict[str, Encoding]:
    """Marks without a chosen width become as wide as the model needs them, by its views alone: no
    picture is prepared for it. Where the model cannot tell what it sees, they stay.
    """
    drawn = {name: one for name, one in encodings.items() if isinstance(one, Drawn)}
    if not any(one.style.width is None for one in drawn.values()):
        return dict(encodings)
    try:
        sight = Sight(vlm, image, alone=alone)
    except UnsupportedError:
        return dict(encodings)
    return {**encodings, **{name: _widened(sight, one) for name, one in drawn.items()}}


def surviving(
    vlm: VisionLanguageModel,
    image: Image,
    encodings: Mapping[str, Encoding],
    *,
    alone: bool,
    strict: bool,
) -> dict[str, Encoding]:
    """The encodings, marks without a chosen width as wide as the model needs them.

    A mark or tag of which too little is left is logged as a warning; with `strict` it is a
    UsageError, and so is a model that cannot tell what it sees.
    """
    found = dict(encodings)
    if not any(isinstance(one, Drawn | Tagged) for one in encodings.values()):
        return found
    try:
        sight = Sight(vlm, image, alone=alone)
    except UnsupportedError:
        if strict:
            raise
        return found
    for name, one in encodings.items():
        losses: tuple[str, ...] = ()
        if isinstance(one, Drawn):
            found[name] = wide = _widened(sight, one)
            losses = sight.survival(wide.mark).losses
        elif isinstance(one, Tagged):
            losses = _tag_losses(sight, one)
        if losses:
            kind = one.shape if isinstance(one, Drawn) else "tag"
            _tell(f"the {kind} of {name!r} gets lost in {vlm.name}: {'; '.join(losses)}", strict)
    return found


def _tell(loss: str, strict: bool) -> None:
    if strict:
        raise UsageError(f"{loss}; nothing was sent")
    logger.warning(loss)


def _widened(sight: Sight, one: Drawn) -> Drawn:
    mark = one.mark if one.style.width is not None else sight.widened(one.mark)
    return replace(one, style=mark.style)


def _tag_losses(sight: Sight, one: Tagged) -> tuple[str, ...]:
    plates = plate_marks(sight.image, one.beside, one.around)
    own = plates[one.beside.index((one.text or "", one.region))]
    high = letter_height(own) * sight.scale(own)
    if high >= LEAST_LETTER:
        return ()
    return (
        f"its letters are {high:.2g} pixels high there, {LEAST_LETTER:g} are needed (draw the "
        "region with a mark, or show it cropped)",
    )
