"""Known scenes in packed rows: all questions on a picture share it and what is known of it."""

from collections.abc import Sequence
from typing import final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from deixis.core.errors import UnsupportedError
from deixis.core.image import Image
from deixis.knowledge.prompt import KnowledgePrompt
from deixis.models.interface import Example, Question
from deixis.models.tensor_interface import LocalModel, VisionTokens
from deixis.train.task import Losses
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.architectures import architecture
from deixis_lab.zoo.training.asked_scenes import Asked
from deixis_lab.zoo.training.instruction import Answered, PackedAsking


@final
class KnownAsking:
    """Asks a decoder all questions on each picture at once, its tokens changed by a prompt."""

    def __init__(self, model: LocalModel, name: str, prompt: KnowledgePrompt | None) -> None:
        if prompt is not None and prompt.config.place != "after":
            raise UnsupportedError(
                "scenes train a prompt after the projector: set knowledge.prompt.place=after"
            )
        parts = architecture(name)
        if parts.block is None:
            raise UnsupportedError(f"the tokens of {name} have no place where notes could enter")
        built = nano.Nano(model=model.module, processor=model.processor)
        self.model, self.prompt = model, prompt
        self.asking = PackedAsking(built, name, parts, None)

    def loss(self, rows: Sequence[Sequence[Example]]) -> Losses:
        """Cross-entropy of the answers, a mean over their tokens."""
        answered = self._answered(rows)
        total = functional.cross_entropy(answered.scores, answered.labels)
        return Losses(total=total, weight=float(len(answered.labels)))

    @torch.no_grad()
    def verdicts(self, rows: Sequence[Sequence[Example]]) -> list[bool]:
        """Whether greedy words are the answer, row by row."""
        found = self._answered(rows).is_right(sum(len(row) for row in rows))
        return [bool(one) for one in found]

    def _answered(self, rows: Sequence[Sequence[Example]]) -> Answered:
        asked = [
            [Asked(kind="", text=one.question.text, answer=one.answer) for one in row]
            for row in rows
        ]
        return self.asking(self._tokens([row[0].question for row in rows]), self.asking.rows(asked))

    def _tokens(self, asked: Sequence[Question]) -> Float[Tensor, "picture token dim"]:
        """Of the one picture of each question, with what is known of it."""
        pictures = [question.pictures[0] for question in asked]
        images = [picture for picture in pictures if isinstance(picture, Image)]
        tokens = self.asking.vision(np.stack([image.pixels for image in images]))
        if self.prompt is None:
            return tokens
        seen = [
            VisionTokens(
                tokens=own,
                grid=self.model.token_grid(image.size),
                picture=image,
                notes=question.notes[0],
            )
            for own, image, question in zip(tokens, images, asked, strict=True)
        ]
        return torch.stack(self.prompt(seen))
