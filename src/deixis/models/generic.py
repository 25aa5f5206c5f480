"""Any image-text-to-text model of transformers that has no family here: it answers, no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, final

import torch
from torch import Tensor
from typing_extensions import override

from deixis.coordinates import Dialect
from deixis.coordinates.contract import Contract
from deixis.coordinates.unknown import UnknownDialect
from deixis.core.errors import UnsupportedError
from deixis.core.ordering import batches
from deixis.models.chat import (
    chat_inputs,
    check_questions,
    completion,
    generate_settings,
    listed_ends,
    seeded,
    system_form,
)
from deixis.models.interface import Abilities, Completion, Generation, Question
from deixis.models.language import new_tokens
from deixis.models.pixel_changes import told, with_pixels
from deixis.models.tensor_interface import LocalModel, PixelChange, pixels_of


@final
@dataclass(frozen=True, kw_only=True)
class GenericModel(LocalModel):
    """A model whose inside Deixis does not know: its own processor, its own `generate`."""

    stored_name = "GenericModel"
    name: str
    model: Any  # Any: transformers' own classes
    processor: Any
    batch_size: int = 8
    loading: Mapping[str, str] = field(default_factory=dict)
    pixel_change: PixelChange | None = None
    told: Contract | None = None

    @property
    @override
    def module(self) -> Any:
        return self.model

    @property
    @override
    def dialect(self) -> str | None:  # type: ignore[override]  # read-only here
        return None if self.contract is None else self.contract.contract.dialect or None

    @override
    def own_dialect(self) -> Dialect:
        if self.contract is None or not self.contract.contract.dialect:
            return UnknownDialect(asked=self.name)
        return self.contract.contract.spoken()

    @cached_property
    def abilities(self) -> Abilities:  # type: ignore[override]  # read-only here
        """Several pictures, and a system prompt where the chat template writes one down."""
        return Abilities(
            many_pictures=True,
            system=system_form(self.processor) is not None,
            answer_logprobs=False,
            loss=False,
            pixel_gradient=False,
            vision_tokens=False,
            spatial_tokens=False,
        )

    @property
    @override
    def record(self) -> Mapping[str, str]:
        dtype = str(self.model.dtype).removeprefix("torch.")
        changes = {} if self.pixel_change is None else told(self.pixel_change)
        return {**self.loading, "dtype": dtype, **changes}

    @override
    def with_pixel_change(self, change: PixelChange | None) -> "GenericModel":
        """Its processor gets what comes out, cut to 0..255 and rounded."""
        return replace(self, pixel_change=change)

    @override
    @torch.no_grad()
    def generate(
        self, questions: Sequence[Question], settings: Generation | None = None
    ) -> list[Completion]:
        settings = settings or Generation()
        self._check(questions)
        tokenizer = self.processor.tokenizer
        ends = listed_ends(self.model.generation_config.eos_token_id)
        completions: list[Completion] = []
        with seeded(settings.seed):
            for batch in batches(questions, self.batch_size):
                rows = self._rows(batch, settings)
                completions.extend(completion(row, settings, tokenizer, ends) for row in rows)
        return completions

    def _rows(self, questions: Sequence[Question], settings: Generation) -> list[list[int]]:
        """Token ids of the answers alone."""
        if self.pixel_change is not None:
            questions = [with_pixels(one, self.pixel_change, pixels_of) for one in questions]
        inputs = chat_inputs(self.processor, questions)
        inputs = inputs.to(self.model.device, self.model.dtype)
        chosen = generate_settings(settings, self.processor.tokenizer)
        rows = self.model.generate(**inputs, **chosen)
        if self.model.config.is_encoder_decoder:
            return [row[1:].tolist() for row in rows]  # the first is the decoder's start
        return new_tokens(rows, inputs["input_ids"])

    def _check(self, questions: Sequence[Question]) -> None:
        if not getattr(self.processor, "chat_template", None):
            raise UnsupportedError(
                f"{self.name} is a {self.model.config.model_type} model, no family that Deixis "
                "knows, and its processor has no chat template to put a question in; set "
                "`processor.chat_template` and wrap the two with deixis.wrap"
            )
        check_questions(self.name, questions, many_pictures=True, system=self.abilities.system)
        for question in questions:
            for picture in question.pictures:
                if isinstance(picture, Tensor) and picture.requires_grad:
                    raise UnsupportedError(
                        "a model of no known family cannot give gradients to pixels"
                    )
