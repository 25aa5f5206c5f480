"""A pixel prompt as a folder: its numbers as safetensors, its card as JSON and as a page."""

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from deixis.core.errors import ModelError, UnsupportedError, UsageError
from deixis.core.files import make_folder, write_bytes, write_text
from deixis.nn.interface import VisionLanguageModel
from deixis.pixel.card import VERSION, Card, Source, card_of, page, to_record, told
from deixis.pixel.prompts import Layout, PixelPrompt, build

NUMBERS, RECORD, PAGE = "pixel.safetensors", "pixel.json", "README.md"
MOST, MOST_TOLD = 2**28, 2**22  # bytes of a file of numbers, and of a record
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
    content = save({name: n.detach().contiguous().cpu() for name, n in _numbers(prompt).items()})
    write_bytes(folder / NUMBERS, content)
    write_text(folder / PAGE, page(prompt, card))
    record = to_record(prompt, card, digest=hashlib.sha256(content).hexdigest())
    write_text(folder / RECORD, told(record))


def load_prompt(path: str | Path) -> SavedPrompt:
    """The prompt of a folder, or of the file of numbers in one; ModelError says what is wrong."""
    folder = folder_of(path)
    if not (folder / RECORD).is_file():
        raise UsageError(f"{path} is no pixel prompt: there is no {RECORD}")
    record = _record(folder / RECORD)
    try:
        prompt = build(str(record["kind"]), Layout(**record["layout"]))
    except (KeyError, TypeError) as broken:
        raise ModelError(f"{folder / RECORD} is not a pixel prompt's record: {broken!r}") from None
    _fill(prompt, folder / NUMBERS, str(record.get("numbers")))
    return SavedPrompt(prompt=prompt.eval().requires_grad_(False), card=card_of(record))


def folder_of(path: str | Path) -> Path:
    """The folder of a prompt, by its own name or by that of a file in it."""
    path = Path(path).expanduser()
    return path.parent if path.name in (NUMBERS, RECORD) else path


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


def _changed_preparation(source: Source, model: VisionLanguageModel) -> list[str]:
    now = dict(model.preparation)
    return [
        f"{model.name} prepares pictures by another {name} than when the prompt was learned: "
        f"{then} then, {now.get(name)} now"
        for name, then in source.preparation.items()
        if now.get(name) != then
    ]


def _changed_weights(source: Source, model: VisionLanguageModel) -> list[str]:
    """Compared in the dtype that the prompt was learned in: of a wider one, the same weights."""
    now = model.weights_digest(source.dtype) if source.weights else ""
    if now == source.weights:
        return []
    return [
        f"{model.name} has other weights than when the prompt was learned: {source.weights} then, "
        f"{now or 'not known'} now (in {source.dtype or 'their own dtype'})"
    ]


def _numbers(prompt: PixelPrompt) -> dict[str, torch.Tensor]:
    return dict(prompt.state_dict())


def _record(path: Path) -> dict[str, Any]:  # Any: JSON
    try:
        if path.stat().st_size > MOST_TOLD:
            raise ModelError(f"{path} is refused: it is larger than {MOST_TOLD} bytes")
        record = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as broken:
        raise ModelError(f"{path} is not JSON: {broken}") from None
    if not isinstance(record, dict) or record.get("deixis") != VERSION:
        said = record.get("deixis") if isinstance(record, dict) else None
        raise UsageError(f"this Deixis reads {VERSION}, {path} is {said!r:.60}")
    return record


def _fill(prompt: PixelPrompt, path: Path, digest: str) -> None:
    """Numbers of a file into a prompt, if they are the ones that the record speaks of."""
    try:
        if not path.is_file():  # a pipe would keep us waiting
            raise ModelError(f"cannot read {path}: there is no such file")
        if path.stat().st_size > MOST:
            raise ModelError(f"{path} is refused: it is larger than {MOST} bytes")
        content = path.read_bytes()
        found = load(content)
    except (OSError, SafetensorError) as broken:
        raise ModelError(f"cannot read {path}: {broken}") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise ModelError(f"{path} is not the file that {RECORD} speaks of: its digest is another")
    own = _numbers(prompt)
    shapes = {name: (tuple(n.shape), n.dtype) for name, n in own.items()}
    theirs = {name: (tuple(n.shape), n.dtype) for name, n in found.items()}
    if shapes != theirs:
        raise ModelError(f"{path} holds {theirs}, a prompt of this kind and layout has {shapes}")
    if not all(bool(torch.isfinite(numbers).all()) for numbers in found.values()):
        raise ModelError(f"{path} holds numbers that are not finite")
    prompt.load_state_dict(found)
