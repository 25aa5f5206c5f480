"""Pictures padded to squares before they are prepared, as ViP-LLaVA was tuned."""

import copy
from dataclasses import replace

from transformers import CLIPImageProcessorPil, LlavaImageProcessorPil

from deixis.core.errors import UnsupportedError
from deixis.models.interface import VisionLanguageModel
from deixis.models.transformers_model import TransformersModel

CUTTING = (CLIPImageProcessorPil, LlavaImageProcessorPil)
KEPT = (
    "do_resize",
    "size",
    "resample",
    "do_center_crop",
    "crop_size",
    "do_rescale",
    "rescale_factor",
    "do_normalize",
    "image_mean",
    "image_std",
    "do_convert_rgb",
)


def pad_to_squares(model: VisionLanguageModel) -> VisionLanguageModel:
    """The model with nothing of a picture cut off: shorter sides are filled with the mean colour.

    The processor says so, and is saved with what is trained.
    """
    before = model.family.image_processor if isinstance(model, TransformersModel) else None
    if not isinstance(model, TransformersModel) or not isinstance(before, CUTTING):
        raise UnsupportedError(f"{model.name} does not cut pictures to squares; leave pad=false")
    processor = copy.copy(model.family.processor)
    settings = {name: getattr(before, name) for name in KEPT}
    processor.image_processor = LlavaImageProcessorPil(**settings, do_pad=True)
    return replace(model, family=type(model.family)(model.family.model, processor))
