"""The drawn regions of a question as the model can see them: widened, told of, or refused."""

import logging
from collections.abc import Mapping
from dataclasses import replace

from deixis.ask.survival import Sight
from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.encodings import Encoding
from deixis.encodings.drawn import Drawn
from deixis.nn.interface import VisionLanguageModel

logger = logging.getLogger(__name__)


def surviving(
    vlm: VisionLanguageModel,
    image: Image,
    encodings: Mapping[str, Encoding],
    *,
    alone: bool,
    strict: bool,
) -> dict[str, Encoding]:
    """The encodings, marks without a chosen width as wide as the model needs them.

    A mark of which too little is left is logged as a warning; with `strict` it is a UsageError,
    and so is a model that cannot tell what it sees.
    """
    found = dict(encodings)
    drawn = {name: one for name, one in encodings.items() if isinstance(one, Drawn)}
    if not drawn:
        return found
    try:
        sight = Sight(vlm, image, alone=alone)
    except UnsupportedError:
        if strict:
            raise
        return found
    for name, one in drawn.items():
        mark = one.mark if one.style.width is not None else sight.widened(one.mark)
        losses = sight.survival(mark).losses
        if losses:
            told = f"the {one.shape} of {name!r} gets lost in {vlm.name}: {'; '.join(losses)}"
            if strict:
                raise UsageError(f"{told}; nothing was sent")
            logger.warning(told)
        found[name] = replace(one, style=mark.style)
    return found
