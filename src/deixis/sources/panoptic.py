"""These segmenters take everything, things and stuff: Mask2Former, EoMT, OneFormer, MaskFormer,
DETR.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, final

import torch
from PIL import Image as PIL
from transformers import (
    MODEL_FOR_UNIVERSAL_SEGMENTATION_MAPPING,
    AutoImageProcessor,
    AutoModelForUniversalSegmentation,
    AutoProcessor,
)
from typing_extensions import override

from deixis.core.errors import ModelError
from deixis.core.image import Image
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.sources.knowledge_source import KnowledgeSource, SourceOptions
from deixis.sources.panoptic_merge import FilledView, paint, stuff_of
from deixis.sources.vision_checkpoint import (
    VisionCheckpoint,
    config_of,
    load_checkpoint,
    padded,
    prepared,
)

KINDS = ("detr", "eomt", "eomt_dinov3", "mask2former", "maskformer", "oneformer")
CUT = 0.8  # of the papers


@final
class Panoptic(KnowledgeSource):
    """Each segment is a note with its label: a mask. No pixel is in two of them; pieces of one kind
    of stuff are one note.
    """

    takes: ClassVar[str | None] = "CHECKPOINT"
    knows: ClassVar[tuple[str, ...]] = ("least_score",)

    def __init__(self, checkpoint: VisionCheckpoint, options: SourceOptions) -> None:
        self.checkpoint = checkpoint
        self.least_score = CUT if options.least_score is None else options.least_score
        self.names: Mapping[int, str] = checkpoint.model.config.id2label
        self.stuff = _stuff(checkpoint.processor) or stuff_of(self.names)

    @classmethod
    @override
    def of(cls, argument: str, options: SourceOptions) -> "Panoptic":
        config = config_of(argument)
        kind = config.model_type
        if kind not in KINDS or type(config) not in MODEL_FOR_UNIVERSAL_SEGMENTATION_MAPPING:
            raise ModelError(
                f"{argument!r} is a {kind} model; panoptic segmenters are {', '.join(KINDS)}"
            )
        prepare = AutoProcessor if kind == "oneformer" else AutoImageProcessor
        checkpoint = load_checkpoint(argument, config, AutoModelForUniversalSegmentation, prepare)
        if getattr(checkpoint.processor, "do_split_image", False):
            raise ModelError(f"{argument!r} names pixels, not segments: it cuts pictures in pieces")
        return cls(checkpoint, options)

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return self.checkpoint.record("panoptic", self.least_score)

    @override
    @torch.no_grad()
    def look(self, image: Image) -> list[Region]:
        model, processor = self.checkpoint.model, self.checkpoint.processor
        task = {"task_inputs": ["panoptic"]} if model.config.model_type == "oneformer" else {}
        with prepared(image, self.checkpoint.name):
            seen = padded(image)
            inputs = processor(images=seen, return_tensors="pt", **task)
            rows, columns = _filled(seen, inputs, processor)
        size = image.size
        view = FilledView(
            size=size,
            rows=rows * size.height / seen.height,
            columns=columns * size.width / seen.width,
        )
        found = self.checkpoint.run({name: value for name, value in inputs.items() if len(value)})
        is_detr = model.config.model_type == "detr"
        segments = paint(
            (found.logits if is_detr else found.class_queries_logits)[0],
            (found.pred_masks if is_detr else found.masks_queries_logits)[0],
            view,
            cut=self.least_score,
            stuff=self.stuff,
        )
        return [
            Region(
                shape=Mask.from_array(segment.inside),
                label=self.names[segment.label],
                score=min(segment.score, 1.0),
                source=f"panoptic:{self.checkpoint.name}",
            )
            for segment in segments
        ]


def _filled(seen: PIL.Image, inputs: Any, processor: Any) -> tuple[float, float]:
    """A picture fills these shares of the view's height and width.

    Any: transformers' own classes.
    """
    rows, columns = inputs["pixel_values"].shape[-2:]
    if "pixel_mask" in inputs:
        filled = inputs["pixel_mask"][0].bool()
        return float(filled.any(dim=1).sum()) / rows, float(filled.any(dim=0).sum()) / columns
    if getattr(processor, "do_pad", False):
        bare = processor(images=seen, return_tensors="pt", do_pad=False)["pixel_values"]
        return bare.shape[-2] / rows, bare.shape[-1] / columns
    return 1.0, 1.0


def _stuff(processor: Any) -> frozenset[int]:
    """These labels are stuff where the processor says which are things, as OneFormer's does."""
    told = getattr(getattr(processor, "image_processor", None), "metadata", None)
    if not isinstance(told, dict) or "thing_ids" not in told:
        return frozenset()
    numbers = {int(key) for key in told if str(key).isdecimal()}
    return frozenset(numbers - set(told["thing_ids"]))
