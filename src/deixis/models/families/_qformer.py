"""What BLIP-2 and InstructBLIP share: queries instead of places, a language model of either form.

Their own `generate` encodes the pictures itself, so the language model inside is spoken to
directly, with the queries' features put in the places of the picture tokens.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, TypeAlias

from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from deixis.core.errors import ModelError
from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid, whole_grid
from deixis.core.view import View
from deixis.models.families._clip import stacked
from deixis.models.family import Batch, Family, Joint
from deixis.models.family_table import FULL
from deixis.models.interface import Abilities, Question
from deixis.models.language import CausalLanguage, Language, Output, Seq2SeqLanguage, Tensors
from deixis.models.processor_view import clip_view

Embed: TypeAlias = Callable[[Tensors, Output], Tensor]

QFORMER = replace(FULL, many_pictures=False, system=False, spatial_tokens=False, text_alone=False)


def query_grid(view: View, patch: int, num_queries: int) -> TokenGrid:
    """The encoder's patches; the queries themselves have no place."""
    patches = whole_grid(view, patch)
    return TokenGrid(size=view.original, num_tokens=num_queries, views=patches.views, spatial=False)


def qformer_padding(model: Any) -> str:  # Any: BLIP-2's or InstructBLIP's class
    """The side on which batches are padded. The processor pads between the picture and the words:
    a decoder skips that, T5 would count it as distance, so there it goes to the end.
    """
    return "right" if model.language_model.config.is_encoder_decoder else "left"


def qformer_language(model: Any) -> Language:  # Any: BLIP-2's or InstructBLIP's class
    """The language model inside, an encoder-decoder or a decoder."""
    inner, embed = model.language_model, _embed(model)
    if inner.config.is_encoder_decoder:
        return Seq2SeqLanguage(model=inner, embed=embed)
    return CausalLanguage(
        forward=lambda text, features, kept, cached: inner(
            inputs_embeds=embed(text, features),
            attention_mask=text["attention_mask"],
            use_cache=cached,
            logits_to_keep=kept,
        ),
        follow=lambda ids, cache: inner(input_ids=ids, past_key_values=cache),
        start=lambda text, features, settings: inner.generate(
            input_ids=text["input_ids"],
            inputs_embeds=embed(text, features),
            attention_mask=text["attention_mask"],
            **settings,
        ),
    )


def _embed(model: Any) -> Embed:  # Any: BLIP-2's or InstructBLIP's class
    def embed(text: Tensors, features: Output) -> Float[Tensor, "question token dim"]:
        ids = text["input_ids"]
        embedded = model.get_input_embeddings()(ids)
        if features is None:
            return embedded
        places = (ids == model.config.image_token_id)[..., None].expand_as(embedded)
        queries = features.pooler_output.to(embedded)
        if int(places.sum()) != queries.numel():
            raise ModelError(
                f"the processor made {int(places[..., 0].sum())} picture tokens for "
                f"{queries.numel() // queries.shape[-1]} features: it needs `num_query_tokens`, "
                "and the config `image_token_index`; save both anew with a recent transformers"
            )
        return embedded.masked_scatter(places, queries)

    return embed


class QFormerFamily(Family):
    """Families whose learned queries look at one view of the picture."""

    convention: ClassVar[str] = "permille"
    abilities: ClassVar[Abilities] = QFORMER
    answer_lead: ClassVar[str] = " "

    @property
    @override
    def base(self) -> Any:  # Any: transformers' own class
        return self.model

    @property
    @override
    def generation_config(self) -> Any:  # Any: transformers' own class
        return self.model.language_model.generation_config

    @property
    @override
    def padding_side(self) -> str:
        return qformer_padding(self.model)

    @override
    def views(self, size: Size) -> tuple[View, ...]:
        return (clip_view(self.image_processor, size),)

    @override
    def pack(self, batch: Batch) -> Tensors:
        return stacked(batch)

    @override
    def grid(self, size: Size) -> TokenGrid:
        patch = self.config.vision_config.patch_size
        return query_grid(self.views(size)[0], patch, self.config.num_query_tokens)

    @property
    @override
    def joint(self) -> Joint:
        return Joint(module=self.base.qformer, name="encoder_hidden_states", lead=1)

    @override
    def prompt(self, question: Question) -> str:
        return question.text

    @override
    def language(self) -> Language:
        return qformer_language(self.model)
