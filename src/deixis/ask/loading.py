"""Loading a model by its name, ready to be asked."""

from typing import Any

from deixis.ask.model import Model
from deixis.models.load import load as load_model
from deixis.models.load import wrap as wrap_model


def load(name: str, *, convention: str | None = None, **options: Any) -> Model:  # Any: see models
    """A model by name, ready to be asked.

    - a folder or a hub id of a transformers checkpoint: "Qwen/Qwen3-VL-8B-Instruct"
    - "openai:MODEL@URL": any OpenAI-compatible server
    - "tiny:FAMILY": a random model of the family's real class, for trying code out

    `convention` overrides the coordinates that the model is spoken to in. The other options are
    those of `deixis.models.load` (device, dtype, quantize, adapter …) or of the server's client.
    """
    return Model(load_model(name, **options), convention=convention)


def wrap(
    model: Any, processor: Any, *, name: str = "model", convention: str | None = None
) -> Model:
    """A transformers model and processor that you have loaded yourself, ready to be asked."""
    return Model(wrap_model(model, processor, name=name), convention=convention)
