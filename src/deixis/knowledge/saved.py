"""A knowledge prompt as a folder: safetensors, a config that builds it again, a card."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import final

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from deixis.core import markdown
from deixis.core.errors import ModelError, UsageError
from deixis.core.files import make_folder, read_text, write_text
from deixis.core.json_lines import parse
from deixis.core.typed_json import object_of, read_as
from deixis.core.untrusted_text import shown
from deixis.knowledge.embedding_cache import WordTable
from deixis.knowledge.encoders import text_encoder
from deixis.knowledge.prompt import KnowledgePrompt, PromptConfig, tokens_of
from deixis.models.interface import VisionLanguageModel

VERSION = "knowledge-prompt/1"
WEIGHTS, CONFIG, CARD = "knowledge.safetensors", "knowledge.json", "README.md"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Trained:
    """What a prompt was trained with: the model, the sources of its notes, and how many steps."""

    model: str
    sources: tuple[str, ...] = ()
    steps: int | None = None


@final
@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A prompt, and what it was trained with."""

    prompt: KnowledgePrompt
    trained: Trained
    digest: str  # of its weights


def new_prompt(
    config: PromptConfig,
    model: VisionLanguageModel,
    *,
    tokens: int,
    size: float = 1.0,
    seed: int = 0,
) -> KnowledgePrompt:
    """An untrained prompt for a model whose tokens have that width, and numbers of that size."""
    words = WordTable(text_encoder(config.encoder, model))
    generator = torch.Generator().manual_seed(seed)
    return KnowledgePrompt(config, words, tokens=tokens, size=size, generator=generator)


def save_prompt(prompt: KnowledgePrompt, folder: Path, trained: Trained) -> None:
    """Into a folder of its own or beside a model; the config comes last."""
    make_folder(folder)
    weights = {name: w.detach().contiguous().cpu() for name, w in prompt.state_dict().items()}
    draft = folder / f".{WEIGHTS}.draft"
    save_file(weights, draft)
    draft.replace(folder / WEIGHTS)
    record = {
        "deixis": VERSION,
        "prompt": asdict(prompt.config),
        "tokens": prompt.tokens,
        "encoder": dict(prompt.words.encoder.record),
        "trained": asdict(trained),
    }
    if not (folder / CARD).exists():  # beside a model the model's own card stays
        write_text(folder / CARD, _card(prompt, trained))
    write_text(folder / CONFIG, json.dumps(record, ensure_ascii=False, indent=1) + "\n")


def load_prompt(folder: Path, model: VisionLanguageModel) -> Loaded:
    """The prompt of a folder, for a model with tokens of the same width, on that model's device."""
    if not (folder / CONFIG).is_file():
        raise UsageError(f"{folder} holds no knowledge prompt: there is no {CONFIG}")
    record = _read_record(folder)
    seen = tokens_of(model, record.prompt.token_place)
    width = int(seen.tokens.shape[1])
    if record.tokens != width:
        raise UsageError(
            f"{folder} is a prompt for vision tokens of {record.tokens} numbers, as "
            f"{record.trained.model} has; those of {model.name} have {width}"
        )
    words = WordTable(text_encoder(record.prompt.encoder, model))
    _check_shapes(folder / WEIGHTS, record.prompt.network.shapes(known=words.width, tokens=width))
    prompt = KnowledgePrompt(record.prompt, words, tokens=width, generator=torch.Generator())
    with _said(folder / WEIGHTS):
        weights = load_file(folder / WEIGHTS)
        prompt.load_state_dict(weights)
    if not all(bool(torch.isfinite(weight).all()) for weight in weights.values()):
        raise ModelError(f"{folder / WEIGHTS} holds numbers that are not finite")
    digest = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()[:16]
    prompt = prompt.to(seen.tokens.device).eval().requires_grad_(False)
    return Loaded(prompt=prompt, trained=record.trained, digest=digest)


@final
@dataclass(frozen=True, kw_only=True)
class _PromptRecord:
    """What the config holds beside its version."""

    prompt: PromptConfig
    tokens: int
    trained: Trained
    encoder: Mapping[str, object] = field(default_factory=dict)  # for people


def _read_record(folder: Path) -> _PromptRecord:
    try:
        told = object_of(parse(read_text(folder / CONFIG)), name="a config")
        version = told.pop("deixis", None)
        if version == VERSION:
            return read_as(_PromptRecord, told, name="config")
    except (OSError, ValueError, UsageError) as broken:
        raise ModelError(f"{folder / CONFIG} is not a prompt's config: {broken}") from None
    raise UsageError(f"this Deixis reads {VERSION}, {folder} is {shown(version)}")


def _check_shapes(path: Path, shapes: Sequence[tuple[int, ...]]) -> None:
    """Refuse a file that does not hold a network of these layers, before one is made of them."""
    with _said(path), safe_open(path, framework="pt") as file:
        for place, expected in enumerate(shapes):
            found = file.get_slice(f"network.convolutions.{place}.weight").get_shape()
            if tuple(found) != expected:
                raise ModelError(
                    f"{path} is not what {CONFIG} says: layer {place} is {found}, not {expected}"
                )


@contextmanager
def _said(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, SafetensorError, RuntimeError) as broken:
        raise ModelError(f"{path} is not what {CONFIG} says: {broken}") from None


def _card(prompt: KnowledgePrompt, trained: Trained) -> str:
    config = prompt.config
    sources = markdown.words(", ".join(trained.sources))
    count = sum(weight.numel() for weight in prompt.parameters())
    return (
        "# A knowledge prompt of Deixis\n\n"
        f"For {markdown.code(trained.model)}: what {sources or 'a source'} finds in a "
        "picture is brought into its vision tokens (arXiv 2407.04681).\n\n"
        f"- words by {markdown.code(config.encoder)}, overlaps by the rule "
        f"{markdown.code(config.rule)}\n"
        f"- {config.network.layers}, {count:,} numbers; merged by `{config.merge}`, "
        f"{config.place} the projector\n"
        + (f"- trained for {trained.steps:,} steps\n" if trained.steps else "")
        + "\n```python\nimport deixis as dx\n\n"
        f'model = dx.load({trained.model!r}, knowledge="THIS FOLDER")\n```\n'
    )
