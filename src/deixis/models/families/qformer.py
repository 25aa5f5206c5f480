"""BLIP-2 and InstructBLIP: queries instead of places, a language model of either form.

Their own `generate` encodes the pictures itself, so the language model inside is spoken to
directly, with the queries' features put in the places of the picture tokens.
"""

from dataclasses import replace
from typing import Any, ClassVar, final

from jaxtyping import Float
from torch import Tensor
from typing_extensions import override

from deixis.core.errors import ModelError
from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid
from deixis.models.families.one_view import OneViewFamily
from deixis.models.family import Joint
from deixis.models.family_table import QFORMER
from deixis.models.interface import Abilities, Question
from deixis.models.language import CausalLanguage, Language, Output, Seq2SeqLanguage, Tensors

MASK = "qformer_attention_mask"


@final
class QFormerFamily(OneViewFamily):
    """`Salesforce/blip2-*` and `Salesforce/instructblip-*`, whose queries read the question too.

    The words are the question as it is: BLIP-2 is asked "Question: … Answer:".
    """

    dialect: ClassVar[str] = "permille"
    abilities: ClassVar[Abilities] = QFORMER
    vision_inputs: ClassVar[tuple[str, ...]] = ("pixel_values", "qformer_input_ids", MASK)
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
        """The processor pads between the picture and the words: a decoder skips that, T5 would
        count it as distance, so there it goes to the end.
        """
        return "right" if self.model.language_model.config.is_encoder_decoder else "left"

    @override
    def grid(self, size: Size) -> TokenGrid:
        """Its view is the encoder's patches; the queries themselves have no place."""
        return replace(super().grid(size), num_tokens=self.config.num_query_tokens, spatial=False)

    @property
    @override
    def joint(self) -> Joint:
        return Joint(module=self.base.qformer, name="encoder_hidden_states", lead=1)

    @override
    def prompt(self, question: Question) -> str:
        return question.text

    @override
    def encode(self, inputs: Tensors) -> Output:
        if MASK not in inputs:
            return super().encode(inputs)
        # the Q-Former counts positions from the row's start, so its padding belongs at the end
        mask = inputs[MASK]
        order = mask.argsort(dim=1, descending=True, stable=True)
        return self.base.get_image_features(
            inputs["pixel_values"],
            qformer_input_ids=inputs["qformer_input_ids"].gather(1, order),
            qformer_attention_mask=mask.gather(1, order),
            return_dict=True,
        )

    @override
    def language(self) -> Language:
        """An encoder-decoder, or a decoder."""
        inner, embed = self.model.language_model, self._embedded
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

    def _embedded(self, text: Tensors, features: Output) -> Float[Tensor, "question token dim"]:
        """The embeddings of a text hold the queries' features where its picture tokens are."""
        ids = text["input_ids"]
        embedded: Tensor = self.model.get_input_embeddings()(ids)
        if features is None:
            return embedded
        places = (ids == self.config.image_token_id)[..., None].expand_as(embedded)
        queries = features.pooler_output.to(embedded)
        if int(places.sum()) != queries.numel():
            raise ModelError(
                f"the processor made {int(places[..., 0].sum())} picture tokens for "
                f"{queries.numel() // queries.shape[-1]} features: it needs `num_query_tokens`, "
                "and the config `image_token_index`; save both anew with a recent transformers"
            )
        return embedded.masked_scatter(places, queries)
