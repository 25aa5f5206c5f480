"""SAM 3 (Meta, 2025) gives every instance of given words as a mask."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, final

import numpy as np
import torch
from jaxtyping import Float
from PIL import Image as PIL
from torch import Tensor
from torch.nn import functional
from transformers import AutoTokenizer
from typing_extensions import override

from deixis.core.errors import ModelError, UsageError
from deixis.core.image import Image
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.sources.knowledge_source import KnowledgeSource, SourceOptions
from deixis.sources.vision_checkpoint import (
    VisionCheckpoint,
    computed,
    config_of,
    load_checkpoint,
)

KINDS = ("sam3", "sam3_video")
MODELING = "transformers.models.sam3.modeling_sam3"
CUT, INSIDE = 0.3, 0.5
LONGEST = 32  # tokens that its text tower reads
GATED = (
    "; SAM 3's weights are given on request: ask for them at huggingface.co/facebook/sam3, "
    "log in with `hf auth login`, or name a folder that holds them"
)


@final
class Sam3(KnowledgeSource):
    """Each instance is a note with its word as label: a mask; word by word, the surest first. Masks
    may overlap.
    """

    takes: ClassVar[str | None] = "CHECKPOINT"
    knows: ClassVar[tuple[str, ...]] = ("least_score", "words")

    def __init__(self, checkpoint: VisionCheckpoint, options: SourceOptions) -> None:
        self.checkpoint = checkpoint
        self.words = tuple(dict.fromkeys(word.strip() for word in options.words))
        self.least_score = CUT if options.least_score is None else options.least_score
        for word in self.words:
            count = len(checkpoint.processor(word).input_ids)
            if count > LONGEST:
                raise UsageError(f"{word!r:.60} is {count} tokens, SAM 3 reads {LONGEST}")

    @classmethod
    @override
    def of(cls, argument: str, options: SourceOptions) -> "Sam3":
        if not options.words:
            raise UsageError(
                "SAM 3 looks for words: --words 'red cup,dog', or SourceOptions(words=…)"
            )
        try:
            config = config_of(argument)
        except ModelError as refusal:
            is_gated = not Path(argument).expanduser().is_dir()
            raise ModelError(f"{refusal}{GATED if is_gated else ''}") from None
        if config.model_type not in KINDS:
            raise ModelError(f"{argument!r} is a {config.model_type} model, not SAM 3")
        # its module is imported by hand: transformers hides it where there is no torchvision, which
        # only boxes as prompts need, and its image processor, whose work is `_pixels`
        model_class = importlib.import_module(MODELING).Sam3Model
        return cls(load_checkpoint(argument, config, model_class, AutoTokenizer), options)

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {
            **self.checkpoint.record("sam3", self.least_score),
            "words": ", ".join(self.words),
        }

    @override
    @torch.no_grad()
    def look(self, image: Image) -> list[Region]:
        model = self.checkpoint.model
        with computed(self.checkpoint.name, model.dtype):
            seen = model.get_vision_features(self.checkpoint.near(self._pixels(image)))
        return [note for word in self.words for note in self._instances(word, image, seen)]

    def _instances(self, word: str, image: Image, seen: Any) -> list[Region]:  # Any: transformers'
        """The word has these notes in a picture that the vision encoder has seen."""
        model = self.checkpoint.model
        asked = self.checkpoint.processor(
            [word], padding="max_length", max_length=LONGEST, return_tensors="pt"
        )
        with computed(self.checkpoint.name, model.dtype):
            found = model(
                vision_embeds=seen,
                input_ids=asked.input_ids.to(model.device),
                attention_mask=asked.attention_mask.to(model.device),
            )
        scores = found.pred_logits[0].float().sigmoid()
        if found.presence_logits is not None:  # whether the picture shows any at all
            scores = scores * found.presence_logits[0].sigmoid()
        notes: list[Region] = []
        for place in scores.argsort(descending=True, stable=True).tolist():
            score = float(scores[place])
            if score < self.least_score:
                break
            inside = _inside(found.pred_masks[0, place], image)
            if inside.any():
                shape = Mask.from_array(inside)
                source = f"sam3:{self.checkpoint.name}"
                note = Region(shape=shape, label=word, score=min(score, 1.0), source=source)
                notes.append(note)
        return notes

    def _pixels(self, image: Image) -> Float[Tensor, "1 rgb height width"]:
        """The picture becomes a square, its numbers from -1 to 1."""
        config = self.checkpoint.model.config
        side = config.vision_config.image_size
        square = image.pil().resize((side, side), PIL.Resampling.BILINEAR)
        numbers = torch.from_numpy(np.asarray(square).astype(np.float32))
        return (numbers / 127.5 - 1).permute(2, 0, 1)[None]


def _inside(mask: Float[Tensor, "row column"], image: Image) -> np.ndarray:
    """Logits of a square become a mask of the picture."""
    size = (image.size.height, image.size.width)
    share = functional.interpolate(mask.sigmoid()[None, None].float(), size=size, mode="bilinear")
    return (share[0, 0] > INSIDE).cpu().numpy()
