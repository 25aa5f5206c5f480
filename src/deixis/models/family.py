"""What one family of transformers models does in its own way.

A family file holds one final class of this interface; `transformers_model.TransformersModel` does
the rest. From `views` and `pack` follow the differentiable preparation, from `grid` the map of
places.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias, final

from jaxtyping import Float
from torch import Tensor, nn

from deixis.coordinates.resizing import Resize
from deixis.core.errors import UnsupportedError
from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid, views_grid
from deixis.core.view import PILLOW_FILTERS, Resample, View
from deixis.models.family_table import FULL
from deixis.models.interface import Abilities, Question
from deixis.models.language import CausalLanguage, Language, Output, Tensors
from deixis.models.processor_view import normalisation_of
from deixis.models.tensor_view import Normalisation

Viewed: TypeAlias = Float[Tensor, "3 _ _"]  # one view, normalised; their sizes differ
Batch: TypeAlias = Sequence[Sequence[Sequence[Viewed]]]  # questions of pictures of views


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Joint:
    """A module that reads a tower's states: its first argument, or the one of that name. The
    `lead` first states of each row (class tokens) look at no place.
    """

    module: nn.Module
    name: str | None = None
    lead: int = 0


class Family(ABC):
    """How one family looks at pictures and is spoken to. Built on a loaded model and processor;
    every number comes from their configs, none from a name.
    """

    dialect: ClassVar[str]
    abilities: ClassVar[Abilities] = FULL
    # the processor's tensors that go to `get_image_features`, the pixels first
    vision_inputs: ClassVar[tuple[str, ...]] = ("pixel_values",)
    # those of them that the language side needs as well (Qwen's grids, for its positions)
    shared_inputs: ClassVar[tuple[str, ...]] = ()
    # what stands between a prompt without a chat template and the answer
    answer_lead: ClassVar[str] = ""
    # values of the text tensors on answer tokens, where not 0
    answer_marks: ClassVar[dict[str, int]] = {}

    def __init__(self, model: Any, processor: Any) -> None:  # Any: transformers' own classes
        self.model = model
        self.processor = processor
        self.config = model.config
        self.image_processor = processor.image_processor
        # transformers keeps state of a call on the model (Qwen's positions), so one call at a time
        self.lock = threading.RLock()

    @abstractmethod
    def views(self, size: Size) -> tuple[View, ...]:
        """The pictures that the tower sees of one original, in the tower's order."""

    @abstractmethod
    def pack(self, batch: Batch) -> Tensors:
        """Normalised views as the tensors of `vision_inputs`."""

    @abstractmethod
    def grid(self, size: Size) -> TokenGrid:
        """Where each vision token of a picture of this size looks."""

    def views_beside_others(self, size: Size) -> tuple[View, ...]:
        """The views of one of several pictures in a question."""
        return self.views(size)

    def grid_beside_others(self, size: Size) -> TokenGrid:
        """The grid of one of several pictures in a question."""
        return self.grid(size)

    def states(self, views: Sequence[View]) -> TokenGrid:
        """Where each of the tower's states of one picture looks, in the order in which the
        projector reads them.
        """
        return views_grid(views, self.config.vision_config.patch_size)

    @property
    def joint(self) -> Joint:
        """Where the tower's states enter the projector."""
        return Joint(module=self.base.multi_modal_projector)

    @property
    def dialect_settings(self) -> dict[str, int | str]:
        """What the family's coordinates depend on."""
        return {}

    @property
    def resize(self) -> Resize | None:
        """What its processor does to a picture as a whole, where that is one law of size."""
        return None

    def encode(self, inputs: Tensors) -> Output:
        """The vision side's output; its `pooler_output` holds the projected tokens."""
        chosen = {name: inputs[name] for name in self.vision_inputs if name in inputs}
        return self.base.get_image_features(**chosen, return_dict=True)

    def prompt(self, question: Question) -> str:
        """The text of a question where the processor has no chat template."""
        raise UnsupportedError(
            f"the processor of this {self.config.model_type} model has no chat template, "
            "so Deixis does not know how to put a question to it; set processor.chat_template"
        )

    def language(self) -> Language:
        """The language side."""
        return CausalLanguage(
            forward=lambda text, features, kept, cached: self.model(
                **text,
                mm_encoder_outputs={"image": features},
                use_cache=cached,
                logits_to_keep=kept,
            ),
            follow=lambda ids, cache: self.model(input_ids=ids, past_key_values=cache),
            start=lambda text, features, settings: self.model.generate(
                **text, mm_encoder_outputs={"image": features}, **settings
            ),
            answer_marks=self.answer_marks,
        )

    @property
    def base(self) -> Any:  # Any: transformers' own class
        """The module that encodes pictures."""
        return self.model.model

    @property
    def generation_config(self) -> Any:  # Any: transformers' own class
        """What `generate` goes by, and where answers end."""
        return self.model.generation_config

    @property
    def padding_side(self) -> str:
        """Where the shorter questions of a batch are padded."""
        return "left"

    @property
    def normalisation(self) -> Normalisation:
        """The processor's last step."""
        return normalisation_of(self.image_processor)

    @property
    def resample(self) -> Resample:
        """The processor's filter."""
        return PILLOW_FILTERS[int(self.image_processor.resample)]
