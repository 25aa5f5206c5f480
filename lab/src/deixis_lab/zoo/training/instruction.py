"""The third stage's passes: scenes with their questions in, losses and verdicts out.

Where words look back only, all questions on a picture share it in one row (`PackedAsking`). A model
that reads a question together with the picture is asked each alone (`SingleAsking`).
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import PIL.Image
import torch
from jaxtyping import Bool, Float, Int64, UInt8
from torch import Tensor
from torch.nn import functional
from typing_extensions import override

from deixis.core.image import Image
from deixis.models.checkpoint_model import wrap
from deixis.models.interface import Example, Generation, Question
from deixis.models.tensor_interface import LocalModel
from deixis.train.task import Losses
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.alignment import pooled_targets
from deixis_lab.zoo.training.architectures import (
    Architecture,
    architecture,
    normalised,
    projected_tokens,
)
from deixis_lab.zoo.training.asked_scenes import Asked, AskedScene
from deixis_lab.zoo.training.encoder import PatchReader, dense_losses, total_loss
from deixis_lab.zoo.training.labels import stacked
from deixis_lab.zoo.training.looking import WEIGHT as LOOKS_WEIGHT
from deixis_lab.zoo.training.looking import Looks
from deixis_lab.zoo.training.packed import IGNORED, Packed, Row, additive, allowed, pack

EMPTY_SIDE = 96
ALONE = 3  # questions on a picture in a step, where each is asked alone
LONGEST_ANSWER = 64
READ_WEIGHT = 0.2  # of what a linear reader still finds in the tokens, beside the answers
MOST_TOKENS = 200  # of a picture's questions and answers in a training step: padding costs most


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Answered:
    """Scores of the answers' tokens of a batch, in the order of the rows, and what is right.

    Each was asked for in the row of a picture of `pictures`, at a place of `places`.
    """

    scores: Float[Tensor, "answer word"]
    labels: Int64[Tensor, " answer"]
    questions: Int64[Tensor, " answer"]
    pictures: Int64[Tensor, " answer"]
    places: Int64[Tensor, " answer"]

    def is_right(self, num_questions: int) -> Bool[Tensor, " question"]:
        """Whether greedy words are the answer, by question: each token is the best one after the
        right ones before it.
        """
        wrong = (self.scores.argmax(-1) != self.labels).long()
        counts = torch.zeros(num_questions, dtype=torch.long, device=wrong.device)
        return counts.index_add(0, self.questions, wrong) == 0


class Asking(ABC):
    """How one architecture is asked about scenes."""

    @abstractmethod
    def loss(self, scenes: Sequence[AskedScene], step: int) -> Losses:
        """Cross-entropy of the answers."""

    @abstractmethod
    def verdicts(self, scenes: Sequence[AskedScene], *, unmarked: bool) -> list[bool]:
        """Whether each answer is right, scene by scene; `unmarked` shows no marks."""


def asking_of(built: nano.Nano, name: str, reader: PatchReader | None = None) -> Asking:
    """The quickest way that this architecture allows; a reader keeps its labels in the tokens."""
    parts = architecture(name)
    if not parts.is_causal:
        return SingleAsking(built, name)
    return PackedAsking(built, name, parts, reader)


@final
class SingleAsking(Asking):
    """Asks one question at a time through the family's adapter, some of each scene's."""

    def __init__(self, built: nano.Nano, name: str) -> None:
        model = wrap(built.model, built.processor, name=name, batch_size=32)
        assert isinstance(model, LocalModel)
        self.model = model

    @override
    def loss(self, scenes: Sequence[AskedScene], step: int) -> Losses:
        draws = np.random.default_rng(step)
        examples = [
            Example(question=_question(scene.pixels, one), answer=one.answer)
            for scene in scenes
            for one in _some(scene.asked, draws)
        ]
        total, num_tokens = self.model.loss_and_tokens(examples)
        return Losses(total=total, weight=float(num_tokens))

    @override
    def verdicts(self, scenes: Sequence[AskedScene], *, unmarked: bool) -> list[bool]:
        flat = [(scene, one) for scene in scenes for one in scene.asked]
        asked = [_question(s.plain if unmarked else s.pixels, one) for s, one in flat]
        said = self.model.generate(asked, Generation(max_new_tokens=LONGEST_ANSWER))
        return [words.text == one.answer for words, (_, one) in zip(said, flat, strict=True)]


@final
class PackedAsking(Asking):
    """Asks a decoder many questions on each picture at once."""

    def __init__(
        self, built: nano.Nano, name: str, parts: Architecture, reader: PatchReader | None
    ) -> None:
        self.built, self.name, self.reader = built, name, reader
        processor: Any = built.processor
        self.tokenizer = processor.tokenizer
        self.language: Any = parts.language(built.model)
        self.cue = " Answer:" if processor.chat_template else ""
        self.prefix = _prefix(processor)
        self.is_image = self.prefix == self.tokenizer.convert_tokens_to_ids("<image>")
        self.block = parts.block
        self.looks = (
            None if parts.block is None else Looks(self.language, self.is_image.nonzero()[:, 0])
        )

    @override
    def loss(self, scenes: Sequence[AskedScene], step: int) -> Losses:
        rows = [row.cut(MOST_TOKENS) for row in self.rows([scene.asked for scene in scenes])]
        vision = self.vision([scene.pixels for scene in scenes])
        answered = self(vision, rows)
        total = functional.cross_entropy(answered.scores, answered.labels)
        right = (answered.scores.argmax(-1) == answered.labels).float().mean()
        parts: dict[str, float | Tensor] = {"answers": total.detach(), "right": right.detach()}
        if self.looks is not None:
            evidence = self._evidence(scenes, rows).to(answered.labels.device)
            looked = self.looks.loss(
                answered.pictures, answered.places, evidence[answered.questions]
            )
            parts["looks"] = looked.detach()
            total = total + LOOKS_WEIGHT * looked
        if self.reader is not None:
            labels = stacked([scene.labels for scene in scenes])
            tensors = {k: torch.from_numpy(v).to(vision.device) for k, v in labels.items()}
            read = total_loss(dense_losses(self.reader([vision], tensors)))
            parts["read"] = read.detach()
            total = total + READ_WEIGHT * read
        return Losses(total=total, weight=float(len(answered.labels)), parts=parts)

    @override
    def verdicts(self, scenes: Sequence[AskedScene], *, unmarked: bool) -> list[bool]:
        rows = self.rows([scene.asked for scene in scenes])
        answered = self(self.vision([s.plain if unmarked else s.pixels for s in scenes]), rows)
        found: list[bool] = answered.is_right(sum(len(s.asked) for s in scenes)).tolist()
        return found

    def vision(
        self, pixels: Sequence[UInt8[np.ndarray, "row column 3"]]
    ) -> Float[Tensor, "picture token dim"]:
        """What the language side sees of each picture."""
        device = self.language.embed_tokens.weight.device
        pixel_values = normalised(torch.from_numpy(np.stack(pixels)).to(device))
        return projected_tokens(self.built, self.name, pixel_values)

    def _evidence(
        self, scenes: Sequence[AskedScene], rows: Sequence[Row]
    ) -> Bool[Tensor, "question token"]:
        """The vision tokens that show what each question's answer rests on."""
        asked = zip(scenes, rows, strict=True)
        shown = [
            scene.evidence(one)
            for scene, row in asked
            for one, _ in zip(scene.asked, row.prompts, strict=False)
        ]
        patches = torch.from_numpy(np.stack(shown)).float()
        assert self.block is not None
        return pooled_targets(patches[..., None], self.block)[..., 0] > 0

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
        pictures, columns = asked.nonzero(as_tuple=True)
        return Answered(
            scores=scores.float(),
            labels=labels[asked],
            questions=(groups + first[:, None])[asked],
            pictures=pictures,
            places=columns + len(self.prefix),
        )

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


def _question(pixels: UInt8[np.ndarray, "row column 3"], asked: Asked) -> Question:
    return Question(pictures=(Image(pixels=pixels),), text=asked.text)


def _some(asked: Sequence[Asked], draws: np.random.Generator) -> list[Asked]:
    return [asked[int(place)] for place in draws.permutation(len(asked))[:ALONE]]


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
