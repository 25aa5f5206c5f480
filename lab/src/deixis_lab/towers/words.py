"""Where MiniLM puts the names of things: the meaning that a tower's pictures are mapped to."""

from collections.abc import Sequence
from functools import cache

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from deixis.core.errors import UnknownNameError
from deixis.knowledge.encoders import TextEncoder, text_encoder
from deixis_lab.things.names import groups, thing_named

ENCODER = "minilm"


def meanings(names: Sequence[str]) -> Float[Tensor, "name meaning"]:
    """A unit vector for each name of a thing or a group: between those of the bare name, of a
    sentence, and of a short description.
    """
    encoder = _encoder()
    forms = [form for name in names for form in (name, f"a drawing of {name}", described(name))]
    with torch.no_grad():
        told = functional.normalize(encoder.encode(forms), dim=-1).unflatten(0, (len(names), 3))
    return functional.normalize(told.sum(1), dim=-1)


def described(name: str) -> str:
    """The name with its category and what else it is called; of a group, its name alone."""
    try:
        thing = thing_named(name)
    except UnknownNameError:
        if name in groups():
            return name
        raise
    return ", ".join((f"{thing.name}: {thing.category}", *thing.synonyms))


@cache
def _encoder() -> TextEncoder:
    return text_encoder(ENCODER)
