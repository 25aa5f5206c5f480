"""Loading a model by its name, ready to be asked."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typing_extensions import Unpack

from deixis.ask.knowledge_forms import FORMS, Knowledge
from deixis.ask.model import Model
from deixis.coordinates import dialects
from deixis.coordinates.contract import Contract
from deixis.coordinates.contracts import contract_named
from deixis.core import given
from deixis.core.errors import UsageError
from deixis.core.optional_parts import opened
from deixis.models.interface import VisionLanguageModel
from deixis.models.load_by_name import load as load_model
from deixis.models.load_options import LoadOptions, check_options
from deixis.sources import KnowledgeSource, Looking, SourceOptions, built

# what is opened where it is asked for, since it needs an extra
PROMPT = "deixis.knowledge.saved:load_prompt"
HOLLOW = "deixis.models.meta_tensors:hollow_models"
PLAIN_FORMS = [form for form in FORMS if form != "infused"]
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
    **options: Unpack[LoadOptions],
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
    prompt, through which every picture is then seen. The other options are a
    checkpoint's (device, device_map, dtype, quantize, adapter, revision, trust_remote_code,
    attn_implementation, batch_size) or a server's (api_key, concurrency, the timeouts, retries,
    journal, image_format …). What can be wrong is told before any weight is read.
    """
    name = name if isinstance(name, str) else str(given.path("name", name))
    given.text_or_none("dialect", dialect)
    for told, where in (("knowledge", knowledge), ("pixel", pixel)):
        if where is not None:
            given.path(told, where)
    if looking is not None:
        given.instance("looking", looking, SourceOptions, "SourceOptions(…)")
    check_options(name, options)
    if knowledge is None and (sources is not None or looking is not None):
        raise UsageError("sources find knowledge: say how it reaches the model, knowledge=…")
    _check_before(dialect, contract, knowledge, pixel)
    if sources is not None:
        sources, looking = built(tuple(sources), looking), None
    vlm = load_model(name, **{key: one for key, one in options.items() if one is not None})
    how = None if knowledge is None else known(vlm, knowledge, sources, looking)
    model = Model(vlm, dialect=dialect, contract=contract, knowledge=how)
    return model if pixel is None else model.with_pixel(pixel)


def load_weightless(name: str, **options: Any) -> Model:  # Any: as `load` takes them
    """A model that shows what it would be sent (`Model.preview`), and cannot be asked: of a
    checkpoint the processor is read, and no weight.
    """
    if name.partition(":")[0] == "openai":
        return load(name, **options)
    with opened(HOLLOW, needed_for=f"the model {name}")():
        return load(name, **options)


def _check_before(
    dialect: str | None,
    contract: Contract | str | Path | None,
    knowledge: str | Path | None,
    pixel: str | Path | None,
) -> None:
    """UsageError where a name is nobody's, or a file is not there."""
    if dialect is not None:
        dialects.get(dialect)
    if contract is not None:
        contract_named(contract)
    if knowledge is not None and str(knowledge) not in PLAIN_FORMS:
        _knowledge_folder(knowledge)
    if pixel is not None and not Path(pixel).expanduser().exists():
        raise UsageError(f"{pixel} is no pixel prompt: there is no such folder or file")


def _knowledge_folder(knowledge: str | Path) -> Path:
    folder = Path(knowledge).expanduser()
    if not folder.is_dir():
        raise UsageError(
            f"knowledge is {', '.join(PLAIN_FORMS)} or the folder of a trained prompt, "
            f"got {str(knowledge)!r}"
        )
    return folder


def known(
    vlm: VisionLanguageModel,
    knowledge: str | Path,
    sources: Sequence[str | KnowledgeSource] | None = None,
    options: SourceOptions | None = None,
) -> Knowledge:
    """How knowledge reaches this model, by a folder or a form's name."""
    if str(knowledge) in PLAIN_FORMS:
        looking = built(tuple(sources or ("rapidocr",)), options)
        return Knowledge(
            look=Looking(names=looking),
            form=str(knowledge),
            record={"form": str(knowledge), "sources": _told(looking)},
        )
    folder = _knowledge_folder(knowledge)
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
