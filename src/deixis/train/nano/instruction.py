"""The third stage's passes: the words of questions in, scores of their answers out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import PIL.Image
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from deixis.models import nano
from deixis.train.nano.architectures import Architecture
from deixis.train.nano.asked_scenes import Asked
from deixis.train.nano.packed import IGNORED, Packed, Row, additive, allowed, pack

EMPTY_SIDE = 96


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Answered:
    """Scores of the answers' tokens of a batch, in the order of the rows, and what is right."""

    scores: Float[Tensor, "answer word"]
    labels: Int64[Tensor, " answer"]
    questions: Int64[Tensor, " answer"]

    def is_right(self, num_questions: int) -> Bool[Tensor, " question"]:
        """Whether greedy words are the answer, by question: each token is the best one after the
        right ones before it.
        """
        wrong = (self.scores.argmax(-1) != self.labels).long()
        counts = torch.zeros(num_questions, dtype=torch.long, device=wrong.device)
        return counts.index_add(0, self.questions, wrong) == 0


@final
class PackedAsking:
    """Asks a decoder many questions on each picture at once."""

    def __init__(self, built: nano.Nano, parts: Architecture) -> None:
        processor: Any = built.processor
        self.tokenizer = processor.tokenizer
        self.language: Any = parts.language(built.model)
        self.cue = " Answer:" if processor.chat_template else ""
        self.prefix = _prefix(processor)
        self.is_image = self.prefix == self.tokenizer.convert_tokens_to_ids("<image>")

    def rows(self, asked: Sequence[Sequence[Asked]]) -> list[Row]:
        """The token ids of each picture's questions."""
        flat = [one for row in asked for one in row]
        if not flat:
            return [Row(prompts=(), answers=()) for _ in asked]
        prompts = iter(self._ids([one.text + self.cue for one in flat]))
        answers = iter(self._ids([one.answer for one in flat]))
        end = int(self.tokenizer.eos_token_id)
        return [
            Row(
                prompts=tuple(tuple(next(prompts)) for _ in row),
                answers=tuple((*next(answers), end) for _ in row),
            )
            for row in asked
        ]

    def __call__(
        self,
        vision: Float[Tensor, "picture token dim"],
        rows: Sequence[Row],
    ) -> Answered:
        """The scores of all answers' tokens."""
        packed = pack(rows, fill=int(self.tokenizer.pad_token_id))
        device = vision.device
        groups = packed.groups.to(device)
        hidden = self._hidden(vision, packed, groups)
        labels = packed.labels.to(device)
        asked = labels != IGNORED
        scores = hidden[asked] @ self.language.embed_tokens.weight.T
        first = torch.tensor(
            [0, *np.cumsum([len(row.prompts) for row in rows])[:-1]], device=device
        )
        questions = (groups + first[:, None])[asked]
        return Answered(scores=scores.float(), labels=labels[asked], questions=questions)

    def _hidden(
        self, vision: Tensor, packed: Packed, groups: Tensor
    ) -> Float[Tensor, "picture word dim"]:
        """The language side's states of the words."""
        device, num_pictures = vision.device, len(vision)
        embed = self.language.embed_tokens
        before = embed(self.prefix.to(device)).expand(num_pictures, -1, -1)
        is_image = self.is_image.to(device)[None, :, None].expand_as(before)
        before = before.masked_scatter(is_image, vision.to(before.dtype))
        inputs = torch.cat([before, embed(packed.ids.to(device))], dim=1)
        length = before.shape[1]
        start = torch.arange(length, device=device).expand(num_pictures, -1)
        places = torch.cat([start, packed.places.to(device) + length], dim=1)
        mask = additive(allowed(groups, length), inputs.dtype)
        out = self.language(
            inputs_embeds=inputs, attention_mask=mask, position_ids=places, use_cache=False
        )
        return out.last_hidden_state[:, length:]

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        ids: list[list[int]] = self.tokenizer(list(texts), add_special_tokens=False).input_ids
        return ids


def _prefix(processor: Any) -> Int64[Tensor, " token"]:  # Any: as transformers gives it
    """All tokens that stand before a question's words."""
    text = "what"
    if processor.chat_template:
        content = [{"type": "image"}, {"type": "text", "text": text}]
        text = processor.apply_chat_template([{"role": "user", "content": content}])
    empty = PIL.Image.new("RGB", (EMPTY_SIDE, EMPTY_SIDE))
    ids = processor(images=empty, text=text, return_tensors="pt")["input_ids"][0]
    special = torch.tensor(processor.tokenizer.all_special_ids)
    last = int(torch.isin(ids, special).nonzero().max())
    return ids[: last + 1]
