"""Any image-text-to-text model of transformers that has no family here: it answers, no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import jinja2
import PIL.Image
import torch
from torch import Tensor
from typing_extensions import override

from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.models._dialogue import chat_inputs, completion, generate_settings
from deixis.nn.interface import (
    Abilities,
    Completion,
    Generation,
    Question,
    VisionLanguageModel,
)

_PROBE = "deixis asks"


@final
@dataclass(frozen=True, kw_only=True)
class GenericModel(VisionLanguageModel):
    """A model whose inside Deixis does not know: its own processor, its own `generate`."""

    name: str
    model: Any  # Any: transformers' own classes
    processor: Any
    batch_size: int = 8
    convention: str = "permille"  # of no model in particular

    @cached_property
    def abilities(self) -> Abilities:  # type: ignore[override]  # read-only here
        """Several pictures, and a system prompt where the chat template writes one down."""
        return Abilities(
            many_pictures=True,
            system=self._takes_system(),
            answer_logprobs=False,
            loss=False,
            pixel_gradient=False,
            vision_tokens=False,
            spatial_tokens=False,
        )

    @override
    @torch.no_grad()
    def generate(
        self, questions: Sequence[Question], settings: Generation | None = None
    ) -> list[Completion]:
        settings = settings or Generation()
        self._check(questions)
        tokenizer = self.processor.tokenizer
        ends = self.model.generation_config.eos_token_id
        completions: list[Completion] = []
        for begin in range(0, len(questions), self.batch_size):
            rows = self._rows(questions[begin : begin + self.batch_size], settings)
            completions.extend(completion(row, settings, tokenizer, ends) for row in rows)
        return completions

    def _rows(self, questions: Sequence[Question], settings: Generation) -> list[list[int]]:
        """Token ids of the answers alone."""
        shown = [[_shown(picture) for picture in question.pictures] for question in questions]
        inputs = chat_inputs(self.processor, questions, shown)
        inputs = inputs.to(self.model.device, self.model.dtype)
        chosen = generate_settings(settings, self.processor.tokenizer)
        rows = self.model.generate(**inputs, **chosen)
        if self.model.config.is_encoder_decoder:
            return [row[1:].tolist() for row in rows]  # the first is the decoder's start
        prompt = inputs["input_ids"]
        length = prompt.shape[1]
        whole = rows.shape[1] >= length and bool((rows[:, :length] == prompt).all())
        return [row[length if whole else 0 :].tolist() for row in rows]

    def _check(self, questions: Sequence[Question]) -> None:
        if not getattr(self.processor, "chat_template", None):
            raise UnsupportedError(
                f"{self.name} is a {self.model.config.model_type} model, no family that Deixis "
                "knows, and its processor has no chat template to put a question in; set "
                "`processor.chat_template` and wrap the two with deixis.models.load.wrap"
            )
        for question in questions:
            if not question.pictures:
                raise UsageError("a question needs at least one picture")
            if question.system is not None and not self.abilities.system:
                raise UnsupportedError(f"{self.name} takes no system prompt")

    def _takes_system(self) -> bool:
        if not getattr(self.processor, "chat_template", None):
            return False
        chat = [
            {"role": role, "content": [{"type": "text", "text": text}]}
            for role, text in (("system", _PROBE), ("user", "?"))
        ]
        try:
            return _PROBE in self.processor.apply_chat_template(chat, tokenize=False)
        except jinja2.TemplateError:  # how templates refuse a role
            return False


def _shown(picture: Image | Tensor) -> PIL.Image.Image:
    """What the processor gets. Pixels that carry a gradient would lose it here."""
    if isinstance(picture, Image):
        return picture.pil()
    if picture.requires_grad:
        raise UnsupportedError("a model of no known family cannot give gradients to pixels")
    rounded = picture.round().clamp(0, 255).to("cpu", torch.uint8)
    return PIL.Image.fromarray(rounded.permute(1, 2, 0).contiguous().numpy())
