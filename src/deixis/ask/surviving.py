"""The drawn regions of a question as the model can see them: widened, told of, or refused."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from deixis.ask.mark_visibility import LEAST_LETTER, Sight
from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.encodings import Encoding
from deixis.encodings.drawn import Drawn
from deixis.encodings.tagged import Tagged
from deixis.marks.tagging import letter_height, plate_marks
from deixis.models.interface import VisionLanguageModel

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
    plates = plate_marks(one.beside, sight.image.size)
    own = plates[one.beside.index((one.text or "", one.region))]
    high = letter_height(own) * sight.scale(own)
    if high >= LEAST_LETTER:
        return ()
    return (
        f"its letters are {high:.2g} pixels high there, {LEAST_LETTER:g} are needed (draw the "
        "region with a mark, or show it cropped)",
    )
