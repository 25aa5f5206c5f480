"""The fixed list of names that an entity's own is ranked among, with its hash."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import torch
from jaxtyping import Float
from torch import Tensor

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.files import read_text
from deixis.core.json_lines import parse
from deixis.core.typed_json import is_whole_text
from deixis.data.entities.entity_set import check_names
from deixis.priors.encoders import PriorEncoder

SLOT = "{}"
DIGITS = 16


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Candidates:
    """Names and the templates that they are said in. Ranks depend on both, and on nothing else of
    the list than what is in it: their order changes nothing.
    """

    names: tuple[str, ...]
    templates: tuple[str, ...]

    def __post_init__(self) -> None:
        check_names(self.names, "candidates")
        if len(self.names) < 2:
            raise UsageError(f"a rank needs at least two candidates, got {len(self.names)}")
        for template in self.templates or ("",):
            if template.count(SLOT) != 1:
                raise UsageError(f"a template has one {SLOT} for the name, got {template!r}")

    @property
    def digest(self) -> str:
        """Of the names and templates, in any order."""
        told = json.dumps([sorted(self.names), sorted(self.templates)])
        return hashlib.sha256(told.encode()).hexdigest()[:DIGITS]

    def places(self, names: Sequence[str]) -> dict[str, int]:
        """Where these stand; UnknownNameError where one is not in the list."""
        every = {name: place for place, name in enumerate(self.names)}
        for name in names:
            if name not in every:
                raise UnknownNameError(kind="candidate", name=name, known=self.names)
        return {name: every[name] for name in names}

    def embedded(self, encoder: PriorEncoder) -> Float[Tensor, "name dim"]:
        """The mean over templates of each name's vectors of length 1."""
        total: Tensor | None = None
        for template in sorted(self.templates):
            texts = [template.replace(SLOT, name) for name in self.names]
            vectors = torch.nn.functional.normalize(encoder.embed_names(texts).double(), dim=-1)
            total = vectors if total is None else total + vectors
        assert total is not None
        return (total / len(self.templates)).float()


def read_candidates(path: Path) -> tuple[str, ...]:
    """Names of a file: a JSON list, or one a line."""
    try:
        text = read_text(path)
        names = parse(text) if path.suffix == ".json" else text.split("\n")
    except (OSError, ValueError, RecursionError) as problem:
        raise UsageError(f"cannot read the candidates of {path}: {problem}") from None
    if not isinstance(names, list) or not all(map(is_whole_text, names)):
        raise UsageError(f"{path} is no JSON list of names")
    return tuple(name.strip() for name in names if name.strip())
