"""Any CLIP of transformers: "clip:openai/clip-vit-base-patch32", as TVP takes."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, final

import torch
from jaxtyping import Float
from torch import Tensor
from transformers import AutoProcessor, CLIPModel
from typing_extensions import override

from deixis.core.errors import ModelError
from deixis.core.size import Size
from deixis.nn.interface import Pixels, VisionLanguageModel, picture_size
from deixis.nn.resample import PILLOW_FILTERS
from deixis.nn.view import Normalisation, Resized, View, centre_window
from deixis.pixel.semantics._encoder import ImageTextEncoder


@final
class Clip(ImageTextEncoder):
    """Both towers, the picture prepared as its processor does, with a gradient."""

    takes: ClassVar[str | None] = "FOLDER or hub id"

    def __init__(self, name: str, model: Any, processor: Any) -> None:  # Any: transformers' own
        self.name, self.model, self.processor = name, model, processor
        self._known: dict[str, Tensor] = {}

    @classmethod
    @override
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "Clip":
        try:
            both = CLIPModel.from_pretrained(argument, use_safetensors=True, dtype=torch.float32)
            processor = AutoProcessor.from_pretrained(argument, trust_remote_code=False)
        except (OSError, ValueError) as refusal:
            raise ModelError(f"cannot load a CLIP of {argument}: {refusal}") from None
        return cls(argument, both.eval().requires_grad_(False), processor)

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"encoder": f"clip:{self.name}"}

    @property
    @override
    def scale(self) -> float:
        return float(self.model.logit_scale.exp())

    @override
    def to(self, device: torch.device) -> None:
        if self.model.device != device:
            self.model.to(device)
            self._known.clear()

    @override
    def pictures(self, pixels: Sequence[Float[Tensor, "3 _ _"]]) -> Float[Tensor, "picture dim"]:
        seen = torch.stack([self._seen(one) for one in pixels])
        pooled = self.model.vision_model(pixel_values=seen).pooler_output
        return self.model.visual_projection(pooled)

    @override
    @torch.no_grad()
    def texts(self, texts: Sequence[str]) -> Float[Tensor, "text dim"]:
        for text in dict.fromkeys(texts):  # one by one: none is padded; each once
            if text not in self._known:
                longest = int(self.model.config.text_config.max_position_embeddings)
                ids = self.processor.tokenizer(
                    [text], truncation=True, max_length=longest, return_tensors="pt"
                ).input_ids
                pooled = self.model.text_model(input_ids=ids.to(self.model.device)).pooler_output
                self._known[text] = self.model.text_projection(pooled)[0]
        return torch.stack([self._known[text] for text in texts])

    def _seen(self, pixels: Pixels) -> Float[Tensor, "3 rows columns"]:
        ours = self.processor.image_processor
        size = picture_size(pixels)
        crop = Size(width=int(ours.crop_size["width"]), height=int(ours.crop_size["height"]))
        short, edge = min(size.width, size.height), int(ours.size["shortest_edge"])
        fitting = Size(width=edge * size.width // short, height=edge * size.height // short)
        resized = Resized(size=fitting, resample=PILLOW_FILTERS[int(ours.resample)])
        view = View(original=size, steps=(resized, centre_window(fitting, crop)))
        normalise = Normalisation(
            scale=ours.rescale_factor, mean=tuple(ours.image_mean), std=tuple(ours.image_std)
        )
        return normalise(view.look(pixels.to(self.model.device), rounding=False))
