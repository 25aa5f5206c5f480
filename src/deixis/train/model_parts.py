"""The parts of a vision-language model of transformers, and which layers save memory.

Parts are found by transformers' own accessors. A layer saves memory where its inside is computed
anew on the way back (gradient checkpointing).
"""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint
from transformers.modeling_layers import GradientCheckpointingLayer

from deixis.core.errors import UnknownNameError, UnsupportedError

PARTS = ("vision", "projector", "language")
MERGER = "merger"  # Qwen keeps its projector within the vision tower


def weights_of(model: Any, parts: Iterable[str]) -> list[nn.Parameter]:
    """The weights of these parts: what sees, what reads and writes, and what joins the two."""
    wanted = set(parts)
    for part in sorted(wanted - set(PARTS)):
        raise UnknownNameError(
            kind="part of a model", name=part, known=[*PARTS, "lora", "knowledge", "all"]
        )
    tower: nn.Module = model.get_encoder(modality="image")
    language = [model.get_decoder(), model.get_input_embeddings(), model.get_output_embeddings()]
    of_vision = {id(p) for name, p in tower.named_parameters() if MERGER not in name}
    of_language = {id(p) for module in language if module for p in module.parameters()}
    found: list[nn.Parameter] = []
    for parameter in model.parameters():
        part = "projector"
        if id(parameter) in of_vision:
            part = "vision"
        elif id(parameter) in of_language:
            part = "language"
        if part in wanted:
            found.append(parameter)
    return found


def language_layers(model: Any) -> str:
    """A pattern of the names of the language side's matrices, for LoRA."""
    decoder: nn.Module = model.get_decoder()
    place = next(name for name, module in model.named_modules() if module is decoder)
    ends = {
        name.rpartition(".")[2]
        for name, module in decoder.named_modules()
        if isinstance(module, nn.Linear) and not name.endswith("lm_head")
    }
    return rf"{place.replace('.', '[.]')}[.](.*[.])?({'|'.join(sorted(ends))})"


def whole_modules(model: Any, weights: Iterable[nn.Parameter]) -> list[str]:
    """The names of the outermost modules all of whose weights are among these."""
    wanted = {id(weight) for weight in weights}
    found: list[str] = []
    for name, module in model.named_modules():
        inside = name.startswith(tuple(f"{outer}." for outer in found))
        own = [id(weight) for weight in module.parameters()]
        if own and not inside and wanted.issuperset(own):
            found.append(name)
    covered = {id(p) for name in found for p in model.get_submodule(name).parameters()}
    loose = [name for name, p in model.named_parameters() if id(p) in wanted - covered]
    if loose:
        raise UnsupportedError(f"{', '.join(loose)} stand in no module of their own")
    return found


def vision_layers(model: Any) -> list[str]:
    """The names of the vision tower's matrices within the tower, for LoRA."""
    tower: nn.Module = model.get_encoder(modality="image")
    return [
        name
        for name, module in tower.named_modules()
        if isinstance(module, nn.Linear) and MERGER not in name
    ]


def as_loaded(model: nn.Module, dtypes: Mapping[str, torch.dtype]) -> dict[str, Tensor]:
    """All weights in the dtypes that they came in; tied ones stay one tensor."""
    done: dict[tuple[int, torch.Size], Tensor] = {}
    weights: dict[str, Tensor] = {}
    for name, tensor in model.state_dict().items():
        dtype = dtypes.get(name, tensor.dtype)
        weights[name] = done.setdefault((tensor.data_ptr(), tensor.shape), tensor.to(dtype))
    return weights


Recomputed: TypeAlias = Literal["none", "half", "all"]  # of a model's layers


def recompute_layers(model: torch.nn.Module, recomputes: Recomputed) -> None:
    """The inside of all layers, or of every second one, is computed anew on the way back; also in
    evaluation mode, where transformers' own switch does nothing. Dropout is drawn as it was.
    """
    if recomputes == "none":
        return
    layers = [one for one in model.modules() if isinstance(one, GradientCheckpointingLayer)]
    for layer in layers[:: 2 if recomputes == "half" else 1]:
        layer.forward = _recomputed(layer.forward)


def _recomputed(forward: Callable[..., Any]) -> Callable[..., Any]:  # Any: a layer's own values
    @wraps(forward)
    def again(*given: Any, **named: Any) -> Any:
        if not torch.is_grad_enabled():
            return forward(*given, **named)
        return checkpoint(forward, *given, use_reentrant=False, **named)

    return again
