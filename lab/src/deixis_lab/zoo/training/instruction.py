"""The third stage's passes: scenes with their questions in, losses and verdicts out.

Where words look back only, all questions on a picture share it in one row (`PackedAsking`). A model
that reads a question together with the picture is asked each alone (`SingleAsking`).
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, final

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64, UInt8
from torch import Tensor
from typing_extensions import override

from deixis.core.image import Image
from deixis.models.checkpoint_model import wrap
from deixis.models.interface import Example, Generation, Question
from deixis.models.tensor_interface import LocalModel
from deixis.train.task import Losses
from deixis_lab.world.scene import SIGN
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.alignment import pooled_targets
from deixis_lab.zoo.training.architectures import Architecture, architecture
from deixis_lab.zoo.training.asked_scenes import Asked, AskedScene
from deixis_lab.zoo.training.encoder import PatchReader, dense_losses, total_loss
from deixis_lab.zoo.training.labels import stacked
from deixis_lab.zoo.training.looking import WEIGHT as LOOKS_WEIGHT
from deixis_lab.zoo.training.looking import Looks
from deixis_lab.zoo.training.numbers import Numbers
from deixis_lab.zoo.training.packed import IGNORED, Packed, Row, additive, allowed, pack
from deixis_lab.zoo.training.prefix import Prefix, prefix_of
from deixis_lab.zoo.training.vision import Vision
from deixis_lab.zoo.training.vocabulary import DECLINED

ALONE = 3  # questions on a picture in a step, where each is asked alone
LONGEST_ANSWER = 64
NAMED_KINDS = ("naming", "naming_said")  # answers that may be declined
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

    def is_right(
        self, num_questions: int, *, numbers: Numbers | None = None
    ) -> Bool[Tensor, " question"]:
        """Whether greedy words are the answer, by question: each token is the best one after the
        right ones before it. With `numbers`, one that is near will do.
        """
        said = self.scores.argmax(-1)
        is_same = said == self.labels
        if numbers is not None:
            is_same |= numbers.are_near(said, self.labels)
        wrong = (~is_same).long()
        counts = torch.zeros(num_questions, dtype=torch.long, device=wrong.device)
        return counts.index_add(0, self.questions, wrong) == 0


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Passed:
    """The answers of one pass, and further losses by what they are of."""

    answered: Answered
    losses: dict[str, Float[Tensor, ""]]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """Whether an answer is right, and whether it is but for places that are near."""

    is_right: bool
    is_near: bool


class Asking(ABC):
    """How one architecture is asked about scenes."""

    @abstractmethod
    def loss(self, scenes: Sequence[AskedScene], step: int) -> Losses:
        """Cross-entropy of the answers."""

    @abstractmethod
    def verdicts(self, scenes: Sequence[AskedScene], *, unmarked: bool) -> list[Verdict]:
        """Of each answer, scene by scene; `unmarked` shows no marks."""


def asking_of(
    built: nano.Nano, name: str, reader: PatchReader | None = None, *, unsure: float = 0.0
) -> Asking:
    """The quickest way that this architecture allows; a reader keeps its labels in the tokens.
    Where that is less sure of a name than `unsure`, the model is taught to decline.
    """
    parts = architecture(name)
    if not parts.is_causal:
        return SingleAsking(built, name)
    return PackedAsking(built, name, parts, reader, unsure)


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
    def verdicts(self, scenes: Sequence[AskedScene], *, unmarked: bool) -> list[Verdict]:
        flat = [(scene, one) for scene in scenes for one in scene.asked]
        asked = [_question(s.plain if unmarked else s.pixels, one) for s, one in flat]
        said = self.model.generate(asked, Generation(max_new_tokens=LONGEST_ANSWER))
        right = [words.text == one.answer for words, (_, one) in zip(said, flat, strict=True)]
        return [Verdict(is_right=one, is_near=one) for one in right]


@final
class PackedAsking(Asking):
    """Asks a decoder many questions on each picture at once."""

    def __init__(
        self,
        built: nano.Nano,
        name: str,
        parts: Architecture,
        reader: PatchReader | None,
        unsure: float = 0.0,
    ) -> None:
        self.vision, self.reader = Vision(built, name), reader
        self.unsure = unsure
        processor: Any = built.processor
        self.tokenizer = processor.tokenizer
        self.language: Any = parts.language(built.model)
        self.cue = " Answer:" if processor.chat_template else ""
        nums = range(1, parts.most_pictures + 1)
        self.prefixes = [prefix_of(processor, num_pictures=num) for num in nums]
        self.block = parts.block
        self.numbers = Numbers.of(self.tokenizer)
        self.looks = None if parts.block is None else Looks(self.language)

    @override
    def loss(self, scenes: Sequence[AskedScene], step: int) -> Losses:
        passes = [self._passed(some) for some in alike(scenes)]
        answered = [one.answered for one in passes]
        scores = torch.cat([one.scores for one in answered])
        labels = torch.cat([one.labels for one in answered])
        total = self.numbers.loss(scores, labels)
        right = (scores.argmax(-1) == labels).float().mean()
        parts: dict[str, float | Tensor] = {"answers": total.detach(), "right": right.detach()}
        for key, weight in (("looks", LOOKS_WEIGHT), ("read", READ_WEIGHT)):
            found = [one.losses[key] for one in passes if key in one.losses]
            if found:
                mean = torch.stack(found).mean()
                parts[key] = mean.detach()
                total = total + weight * mean
        return Losses(total=total, weight=float(len(labels)), parts=parts)

    def _passed(self, scenes: Sequence[AskedScene]) -> Passed:
        """Scenes of equally many pictures, asked and looked at."""
        vision = self.vision.of_scenes(scenes)
        asked = [self._taught(scene, seen) for scene, seen in zip(scenes, vision, strict=True)]
        rows = [row.cut(MOST_TOKENS) for row in self.rows(asked)]
        answered = self(vision, rows)
        losses = {}
        if self.looks is not None:
            evidence = self._evidence(scenes, rows).to(answered.labels.device)
            losses["looks"] = self.looks.loss(
                answered.pictures,
                answered.places,
                evidence[answered.questions],
                self._before(vision).pictured,
            )
        if self.reader is not None:
            labels = stacked([scene.labels for scene in scenes])
            tensors = {k: torch.from_numpy(v).to(vision.device) for k, v in labels.items()}
            first = vision[:, : labels["name"].shape[1]]
            losses["read"] = total_loss(dense_losses(self.reader([first], tensors)))
        return Passed(answered=answered, losses=losses)

    @override
    def verdicts(self, scenes: Sequence[AskedScene], *, unmarked: bool) -> list[Verdict]:
        found: dict[int, list[Verdict]] = {}
        for some in alike(scenes):
            rows = self.rows([scene.asked for scene in some])
            shown = [scene.unpointed if unmarked else scene for scene in some]
            answered = self(self.vision.of_scenes(shown), rows)
            num_questions = sum(len(scene.asked) for scene in some)
            right = answered.is_right(num_questions).tolist()
            near = answered.is_right(num_questions, numbers=self.numbers).tolist()
            judged = (
                Verdict(is_right=is_right, is_near=is_near)
                for is_right, is_near in zip(right, near, strict=True)
            )
            found |= {id(scene): list(islice(judged, len(scene.asked))) for scene in some}
        return [verdict for scene in scenes for verdict in found[id(scene)]]

    @torch.no_grad()
    def _taught(self, scene: AskedScene, vision: Float[Tensor, "token dim"]) -> tuple[Asked, ...]:
        """The questions with the answers that are taught: names that a linear reader of the tokens
        is not sure of are declined.
        """
        if self.reader is None or not self.unsure:
            return scene.asked
        scores = self.reader.name_scores([vision[None]], len(vision))[0]
        taught = []
        for one in scene.asked:
            shown = torch.from_numpy(scene.evidence(one))
            if one.kind in NAMED_KINDS and one.answer != SIGN and shown.any():
                sure = float(scores[shown.to(scores.device)].mean(0).softmax(-1).max())
                one = replace(one, answer=DECLINED) if sure < self.unsure else one
            taught.append(one)
        return tuple(taught)

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
        apart = patches.reshape(len(patches) * scenes[0].num_pictures, -1, 1)
        pooled = pooled_targets(apart, self.block)
        return pooled.reshape(len(patches), -1) > 0

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
            places=columns + len(self._before(vision).ids),
        )

    def _hidden(
        self, vision: Tensor, packed: Packed, groups: Tensor
    ) -> Float[Tensor, "picture word dim"]:
        """The language side's states of the words."""
        device, num_pictures = vision.device, len(vision)
        embed = self.language.embed_tokens
        prefix = self._before(vision)
        before = embed(prefix.ids.to(device)).expand(num_pictures, -1, -1)
        is_image = prefix.is_image.to(device)[None, :, None].expand_as(before)
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

    def _before(self, vision: Float[Tensor, "picture token dim"]) -> Prefix:
        """The prefix that has room for these vision tokens."""
        (fit,) = [one for one in self.prefixes if len(one.pictured) == vision.shape[1]]
        return fit

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        ids: list[list[int]] = self.tokenizer(list(texts), add_special_tokens=False).input_ids
        return ids


def alike(scenes: Sequence[AskedScene]) -> list[list[AskedScene]]:
    """The scenes by how many pictures they have."""
    nums = sorted({scene.num_pictures for scene in scenes})
    return [[scene for scene in scenes if scene.num_pictures == num] for num in nums]


def _question(pixels: UInt8[np.ndarray, "row column 3"], asked: Asked) -> Question:
    return Question(pictures=(Image(pixels=pixels),), text=asked.text)


def _some(asked: Sequence[Asked], draws: np.random.Generator) -> list[Asked]:
    return [asked[int(place)] for place in draws.permutation(len(asked))[:ALONE]]
