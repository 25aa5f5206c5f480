"""Beginning with a part of another nano model: its language side, or its tower.

The plain towers (CLIP's, SigLIP's, Idefics3's, BLIP's) are one network of the same sizes under
other names: BLIP keeps queries, keys and values in one matrix, CLIP and BLIP have a class token,
and CLIP has no bias of patches but a norm behind them. So one can begin with another's weights.
"""

import torch
from torch import Tensor

from deixis.core.errors import UsageError
from deixis.models.load_by_name import SHIPPED
from deixis_lab.towers.lite import with_gates
from deixis_lab.towers.task import load_tower, shipped_tower
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.architectures import architecture, opened

THINGS = "things"  # who lends the tower that ships in this package
Weights = dict[str, Tensor]

POSITIONS = "embeddings.position_embedding"
PATCH_BIAS = "embeddings.patch_embedding.bias"
JOINED = ".self_attn.qkv."
APART = tuple(f".self_attn.{part}_proj." for part in "qkv")
RENAMED = {
    "embeddings.position_embedding.weight": POSITIONS,
    ".self_attn.projection.": ".self_attn.out_proj.",
}


def lend_things(built: nano.Nano, name: str) -> dict[str, Tensor]:
    """Give a model the tower of things that ships in this package; gives back how that reads names
    from its last map.
    """
    lent, names = load_tower(shipped_tower())
    state = with_gates(lent.tower).state_dict()
    architecture(name).tower(built.model).load_state_dict(state)
    return dict(zip(names, lent.listed.weight.detach(), strict=True))


def lend_language(built: nano.Nano, name: str, lender: str) -> None:
    """Give a model the language side of another nano model: "nano" or "nano:NAME"."""
    other = _named(lender)
    lent = opened(other, lender)
    mine, theirs = (architecture(n).language(b.model) for n, b in ((name, built), (other, lent)))
    words, other_words = (b.processor.tokenizer.get_vocab() for b in (built, lent))
    if words != other_words or _shapes(mine.state_dict()) != _shapes(theirs.state_dict()):
        raise UsageError(f"{lender} has another language side or other words than {name}")
    mine.load_state_dict(theirs.state_dict())


def lend_tower(built: nano.Nano, name: str, lender: str) -> None:
    """Give a model the tower of another nano model, where both are plain; what only this one has
    stays as it was.
    """
    other = _named(lender)
    lent = architecture(other).tower(opened(other, lender).model)
    mine = architecture(name).tower(built.model)
    given, own = plain(lent.state_dict()), plain(mine.state_dict())
    shared = {key: given.get(key) for key in own if ".layers." in key}
    if not shared or any(w is None or w.shape != own[key].shape for key, w in shared.items()):
        raise UsageError(f"{lender} has another kind of tower than {name}")
    mine.load_state_dict(as_in(mine.state_dict(), own | given))


def plain(state: Weights) -> Weights:
    """A tower's weights as SigLIP names them; of positions only those of patches."""
    weights: Weights = {}
    for key, weight in state.items():
        if JOINED in key:
            parts = weight.chunk(3)
            weights |= {key.replace(JOINED, a): w for a, w in zip(APART, parts, strict=True)}
            continue
        for old, new in RENAMED.items():
            key = key.replace(old, new)
        if key == POSITIONS:
            weight = weight.reshape(-1, weight.shape[-1])[-nano.PATCHES :]
        weights[key] = weight
    return weights


def as_in(own: Weights, weights: Weights) -> Weights:
    """Those weights under the names, and in the shapes, of a tower that has `own`."""
    made: Weights = {}
    for key, before in own.items():
        if JOINED in key:
            made[key] = torch.cat([weights[key.replace(JOINED, part)] for part in APART])
            continue
        name = key
        for old, new in RENAMED.items():
            name = name.replace(old, new)
        made[key] = weights[name]
        if name == POSITIONS:
            positions = weights[POSITIONS]
            if PATCH_BIAS not in own and PATCH_BIAS in weights:
                positions = positions + weights[PATCH_BIAS]
            class_token = before.reshape(-1, before.shape[-1])[: -nano.PATCHES]
            made[key] = torch.cat([class_token, positions]).reshape(before.shape)
    return made


def _named(lender: str) -> str:
    """The architecture of "nano" or "nano:NAME"."""
    return nano.DEFAULT if lender == SHIPPED else lender.removeprefix(nano.PREFIX)


def _shapes(state: Weights) -> dict[str, torch.Size]:
    return {key: weight.shape for key, weight in state.items()}
