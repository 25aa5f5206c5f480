"""Loading a model by its name, ready to be asked."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deixis.ask.knowledge_forms import FORMS, Knowledge
from deixis.ask.model import Model
from deixis.coordinates.contract import Contract
from deixis.core import given
from deixis.core.errors import UsageError
from deixis.core.optional_parts import opened
from deixis.models.interface import VisionLanguageModel
from deixis.models.load_by_name import load as load_model
from deixis.sources import KnowledgeSource, Looking, SourceOptions, built

# what is opened where it is asked for, since it needs an extra
PROMPT = "deixis.knowledge.saved:load_prompt"
WRAP = "deixis.models.checkpoint_model:wrap"


def load(  # noqa: PLR0913  # all but the first by name
    name: str | Path,
    *,
    dialect: str | None = None,
    contract: Contract | str | Path | None = None,
    knowledge: str | Path | None = None,
    sources: Sequence[str | KnowledgeSource] | None = None,
    looking: SourceOptions | None = None,
    pixel: str | Path | None = None,
    **options: Any,  # Any: see models
) -> Model:
    """A model by name, ready to be asked.

    - a folder or a hub id of a transformers checkpoint: "Qwen/Qwen3-VL-8B-Instruct"
    - "openai:MODEL@URL": any OpenAI-compatible server
    - "tiny:FAMILY": a random model of the family's real class, for trying code out

    How a model counts places, and what its provider does to pictures, is known by its name (the
    contracts: `deixis contracts`). `contract` names another row, another model that counts as this
    one does, or a file that `deixis probe` wrote; `dialect` overrides the coordinates that the
    model is spoken to in. Of a model behind a server that no contract is about, nothing is
    guessed: it can be asked, but no place is said to it or read from it. `knowledge` is the folder
    of a trained knowledge prompt, or "told" or "drawn": what `sources` find in a picture is then
    infused in the vision tokens, told before the question, or drawn on the picture. Without
    `sources` a prompt's own are used, else rapidocr; `looking` is what is asked of them (the words
    that a detector looks for, the least score …). `pixel` is the folder (or file) of a pixel
    prompt, through which every picture is then seen. The other options are those of
    `deixis.models.load_by_name` (device, dtype, quantize, adapter …) or of the server's client.
    """
    name = name if isinstance(name, str) else str(given.path("name", name))
    given.text_or_none("dialect", dialect)
    for told, where in (("knowledge", knowledge), ("pixel", pixel)):
        if where is not None:
            given.path(told, where)
    if looking is not None:
        given.instance("looking", looking, SourceOptions, "SourceOptions(…)")
    vlm = load_model(name, **options)
    if knowledge is None and (sources is not None or looking is not None):
        raise UsageError("sources find knowledge: say how it reaches the model, knowledge=…")
    how = None if knowledge is None else known(vlm, knowledge, sources, looking)
    model = Model(vlm, dialect=dialect, contract=contract, knowledge=how)
    return model if pixel is None else model.with_pixel(pixel)


def known(
    vlm: VisionLanguageModel,
    knowledge: str | Path,
    sources: Sequence[str | KnowledgeSource] | None = None,
    options: SourceOptions | None = None,
) -> Knowledge:
    """How knowledge reaches this model, by a folder or a form's name."""
    plain_forms = [form for form in FORMS if form != "infused"]
    if str(knowledge) in plain_forms:
        looking = built(tuple(sources or ("rapidocr",)), options)
        return Knowledge(
            look=Looking(names=looking),
            form=str(knowledge),
            record={"form": str(knowledge), "sources": _told(looking)},
        )
    folder = Path(knowledge).expanduser()
    if not folder.is_dir():
        raise UsageError(
            f"knowledge is {', '.join(plain_forms)} or the folder of a trained prompt, "
            f"got {str(knowledge)!r}"
        )
    loaded = opened(PROMPT, needed_for="a trained knowledge prompt")(folder, vlm)
    looking = built(tuple(sources or loaded.trained.sources or ("rapidocr",)), options)
    return Knowledge(
        look=Looking(names=looking),
        prompt=loaded.prompt,
        record={"form": "infused", "prompt": loaded.digest, "sources": _told(looking)},
    )


def wrap(
    model: Any,
    processor: Any,
    *,
    name: str = "model",
    dialect: str | None = None,
    contract: Contract | str | Path | None = None,
) -> Model:
    """A transformers model and processor that you have loaded yourself, ready to be asked."""
    wrapped = opened(WRAP, needed_for="a model of transformers")(model, processor, name=name)
    return Model(wrapped, dialect=dialect, contract=contract)


def _told(sources: Sequence[KnowledgeSource]) -> str:
    return json.dumps([dict(one.record) for one in sources], sort_keys=True)
