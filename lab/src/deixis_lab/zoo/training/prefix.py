"""The tokens that stand before a question's words: those of its pictures, and of the turn."""

from dataclasses import dataclass
from typing import Any, final

import PIL.Image
import torch
from jaxtyping import Bool, Int64
from torch import Tensor

EMPTY_SIDE = 96


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Prefix:
    """Token ids, and which of them hold vision tokens."""

    ids: Int64[Tensor, " token"]
    is_image: Bool[Tensor, " token"]

    @property
    def pictured(self) -> Int64[Tensor, " vision"]:
        """The places of the vision tokens."""
        return self.is_image.nonzero()[:, 0]


def prefix_of(processor: Any, *, num_pictures: int = 1) -> Prefix:  # Any: as transformers gives it
    """Before a question about so many pictures, as the processor itself writes it."""
    text = "what"
    if processor.chat_template:
        content = [*[{"type": "image"}] * num_pictures, {"type": "text", "text": text}]
        text = processor.apply_chat_template([{"role": "user", "content": content}])
    empty = PIL.Image.new("RGB", (EMPTY_SIDE, EMPTY_SIDE))
    ids = processor(images=[empty] * num_pictures, text=text, return_tensors="pt")["input_ids"][0]
    special = torch.tensor(processor.tokenizer.all_special_ids)
    last = int(torch.isin(ids, special).nonzero().max())
    ids = ids[: last + 1]
    image = processor.tokenizer.convert_tokens_to_ids("<image>")
    return Prefix(ids=ids, is_image=ids == image)
