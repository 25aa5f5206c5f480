"""A pixel prompt as a folder: its numbers as safetensors, its card as JSON and as a page."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

from torch import Tensor

from deixis.core.errors import ModelError, UnsupportedError, UsageError
from deixis.core.files import make_folder, write_text
from deixis.core.typed_json import read_as
from deixis.models.interface import VisionLanguageModel
from deixis.models.saved import read_numbers, read_record, write_numbers
from deixis.pixel.card import VERSION, Card, PromptSource, card_of, page, to_record, told
from deixis.pixel.prompts import Layout, PixelPrompt, build

NUMBERS, RECORD, PAGE = "pixel.safetensors", "pixel.json", "README.md"
logger = logging.getLogger(__name__)


@final
@dataclass(frozen=True, kw_only=True)
class SavedPrompt:
    """A prompt and its card."""

    prompt: PixelPrompt
    card: Card


def save_prompt(prompt: PixelPrompt, card: Card, folder: Path) -> None:
    """Into a folder of its own, the record last."""
    make_folder(folder)
    digest = write_numbers(folder / NUMBERS, prompt.state_dict())
    write_text(folder / PAGE, page(prompt, card))
    write_text(folder / RECORD, told(to_record(prompt, card, digest=digest)))


def load_prompt(path: str | Path) -> SavedPrompt:
    """The prompt of a folder, or of the file of numbers in one; ModelError says what is wrong."""
    folder = folder_of(path)
    if not (folder / RECORD).is_file():
        raise UsageError(f"{path} is no pixel prompt: there is no {RECORD}")
    record = read_record(folder / RECORD, VERSION)
    try:
        kind = read_as(str, record.get("kind"), name="kind")
        layout = read_as(Layout, record.get("layout"), name="layout")
    except UsageError as broken:
        raise ModelError(f"{folder / RECORD} is not a pixel prompt's record: {broken}") from None
    prompt = build(kind, layout)
    path = folder / NUMBERS
    _fill(prompt, read_numbers(path, str(record.get("numbers")), record=RECORD), path)
    return SavedPrompt(prompt=prompt.eval().requires_grad_(False), card=card_of(record))


def folder_of(path: str | Path) -> Path:
    """The folder of a prompt, by its own name or by that of a file in it."""
    path = Path(path).expanduser()
    return path.parent if path.name in (NUMBERS, RECORD) else path


def fitting_prompt(
    path: str | Path, model: VisionLanguageModel, *, strict: bool = False
) -> PixelPrompt:
    """The prompt of a folder or file for this model, which `check_fits` compares with its card."""
    saved = load_prompt(path)
    check_fits(saved, model, strict=strict)
    return saved.prompt


def check_fits(
    saved: SavedPrompt, model: VisionLanguageModel, *, strict: bool = False
) -> list[str]:
    """What of a model is not as the card says; logged as a warning, or refused if `strict`.

    A model that the prompt was learned on must have the weights that it had then, and prepare
    pictures as then. Of any other, the card says nothing; whether the prompt helps it is for
    `deixis pixel transfer` to find out.
    """
    problems = []
    for source in saved.card.sources:
        if source.model == model.name:
            problems += [*_changed_preparation(source, model), *_changed_weights(source, model)]
    if problems and strict:
        raise UnsupportedError("; ".join(problems) + "; learn it anew, or load it without strict")
    for problem in problems:
        logger.warning("%s; what the card says it brings may not hold", problem)
    return problems


def _changed_preparation(source: PromptSource, model: VisionLanguageModel) -> list[str]:
    now = dict(model.preparation)
    return [
        f"{model.name} prepares pictures by another {name} than when the prompt was learned: "
        f"{then} then, {now.get(name)} now"
        for name, then in source.preparation.items()
        if now.get(name) != then
    ]


def _changed_weights(source: PromptSource, model: VisionLanguageModel) -> list[str]:
    """Compared in the dtype that the prompt was learned in: of a wider one, the same weights."""
    now = model.weights_digest(source.dtype) if source.weights else ""
    if now == source.weights:
        return []
    return [
        f"{model.name} has other weights than when the prompt was learned: {source.weights} then, "
        f"{now or 'not known'} now (in {source.dtype or 'their own dtype'})"
    ]


def _fill(prompt: PixelPrompt, found: Mapping[str, Tensor], path: Path) -> None:
    """Numbers of a file into a prompt."""
    own = prompt.state_dict()
    shapes = {name: (tuple(n.shape), n.dtype) for name, n in own.items()}
    theirs = {name: (tuple(n.shape), n.dtype) for name, n in found.items()}
    if shapes != theirs:
        raise ModelError(f"{path} holds {theirs}, a prompt of this kind and layout has {shapes}")
    prompt.load_state_dict(found)
