"""Where a word of an answer looks: at the part of the picture that it tells of.

Every question about a scene knows what its answer rests on. Attention of one layer is drawn there.
So a language side tells two marks apart after 3,200 pictures; from answers alone it had not after
24,000 (docs/log.md).
"""

from typing import Any, final

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

LAYER = 1  # the first that knows what the words before have asked
WEIGHT = 2.0  # beside the answers' own loss


@final
class Looks:
    """Listens to one layer's attention in a Llama."""

    def __init__(self, language: Any) -> None:
        self.attention = language.layers[LAYER].self_attn
        self._heard: dict[str, Any] = {}  # Any: what transformers hands to an attention
        self.attention.register_forward_pre_hook(self._hear, with_kwargs=True)

    def loss(
        self,
        pictures: Int64[Tensor, " asked"],
        places: Int64[Tensor, " asked"],
        evidence: Bool[Tensor, "asked token"],
        pictured: Int64[Tensor, " token"],
    ) -> Float[Tensor, ""]:
        """Minus the logarithm of the share of a look that falls on the evidence, of what falls on
        the picture at all; the mean over heads and over the places that have evidence.

        Of the last pass: place `places[i]` of row `pictures[i]` should look at `evidence[i]`, among
        the places of a row that are `pictured`: they hold vision tokens.
        """
        has = evidence.any(-1)
        queries, keys = self._turned()
        if not has.any():
            return queries.sum() * 0.0
        rows = pictures[has]
        seen = keys[:, :, pictured.to(keys.device)][rows]
        asked = queries[rows, :, places[has]]
        scores = torch.einsum("ahd,ahtd->aht", asked, seen) * self.attention.scaling
        shares = scores.float().log_softmax(-1).masked_fill(~evidence[has][:, None], -torch.inf)
        return -shares.logsumexp(-1).mean()

    def _turned(self) -> tuple[Tensor, Tensor]:
        """The queries and keys of the last pass, (picture, head, place, dim), turned by place."""
        states, turns = self._heard["hidden_states"], self._heard["position_embeddings"]
        self._heard = {}
        shape = (*states.shape[:-1], -1, self.attention.head_dim)
        queries = self.attention.q_proj(states).view(shape).transpose(1, 2)
        keys = self.attention.k_proj(states).view(shape).transpose(1, 2)
        turned: tuple[Tensor, Tensor] = apply_rotary_pos_emb(queries, keys, *turns)
        return turned

    def _hear(self, module: Any, args: Any, kwargs: dict[str, Any]) -> None:
        self._heard = kwargs
