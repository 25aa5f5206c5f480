"""Learned words of a model: begun as words that it knows, and kept in a folder."""

import json
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import final

import torch

from deixis.core.errors import ModelError, UnsupportedError, UsageError
from deixis.core.files import make_folder, write_text
from deixis.core.typed_json import read_as
from deixis.models.interface import VisionLanguageModel
from deixis.models.saved import read_numbers, read_record, write_numbers
from deixis.models.soft_prompt import LearnedWords
from deixis.models.transformers_model import TransformersModel

VERSION = "learned-words/1"
NUMBERS, RECORD = "words.safetensors", "words.json"
VECTORS = "vectors"


def speaking(model: VisionLanguageModel | None, name: str) -> TransformersModel:
    """The model of that name, if it can be spoken to in vectors."""
    if not isinstance(model, TransformersModel):
        raise UnsupportedError(
            f"no words can be learned for {name}: vectors reach models of known families alone, "
            "whose weights are here; `deixis models` lists them"
        )
    return model


def new_words(model: TransformersModel, text: str, num: int) -> LearnedWords:
    """`num` vectors that begin as the embeddings of a text's tokens; the text is said as often as
    it takes. Its first word stays a word: how that is spelled hangs on what stands before it.
    """
    words = text.split()
    if num < 1 or not words:
        raise UsageError(
            f"at least one vector is learned, of at least one word; got {num}, {text!r}"
        )
    tokenizer = model.family.processor.tokenizer
    for length in count(2):
        said = " ".join(words[i % len(words)] for i in range(length))
        first, ids = tokenizer([words[0], said], add_special_tokens=False).input_ids
        if len(ids) - len(first) >= num:
            break
    tokens = tuple(ids[len(first) : len(first) + num])
    with torch.no_grad():
        embeddings = model.family.model.get_input_embeddings()
        vectors = embeddings(torch.tensor(tokens, device=model.device))
    return LearnedWords(said, tokens, vectors)


def save_words(words: LearnedWords, model: TransformersModel, folder: Path) -> None:
    """Into a folder of their own, the record last."""
    make_folder(folder)
    digest = write_numbers(folder / NUMBERS, {VECTORS: words.vectors})
    record = {
        "deixis": VERSION,
        "text": words.text,
        "tokens": words.tokens.tolist(),
        "numbers": digest,
        "model": model.name,
        "width": words.vectors.shape[1],
        "weights": model.weights_digest(),
        "dtype": model.record["dtype"],
    }
    write_text(folder / RECORD, json.dumps(record, ensure_ascii=False, indent=1) + "\n")


def load_words(folder: Path, model: VisionLanguageModel) -> LearnedWords:
    """The words of a folder, for the model that they were learned on, on its device."""
    reader = speaking(model, model.name)
    if not (folder / RECORD).is_file():
        raise UsageError(f"{folder} holds no learned words: there is no {RECORD}")
    told = read_record(folder / RECORD, VERSION)
    del told["deixis"]
    try:
        record = read_as(_WordsRecord, told, name="record")
    except UsageError as broken:
        raise ModelError(f"{folder / RECORD} is not of learned words: {broken}") from None
    _check_model(folder, reader, record)
    found = read_numbers(folder / NUMBERS, record.numbers, record=RECORD)
    shape = (len(record.tokens), record.width)
    shapes = {name: tuple(numbers.shape) for name, numbers in found.items()}
    if shapes != {VECTORS: shape}:
        raise ModelError(f"{folder / NUMBERS} holds {shapes}, {RECORD} speaks of {shape}")
    words = LearnedWords(record.text, record.tokens, found[VECTORS])
    return words.to(reader.device).eval().requires_grad_(False)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _WordsRecord:
    """What words.json holds beside its version."""

    text: str
    tokens: tuple[int, ...]
    numbers: str  # the digest of the vectors' file
    model: str
    width: int
    weights: str
    dtype: str


def _check_model(folder: Path, model: TransformersModel, record: _WordsRecord) -> None:
    """Refuse another model: vectors mean nothing to it."""
    embeddings = model.family.model.get_input_embeddings()
    own = int(embeddings.weight.shape[1])
    if own != record.width:
        raise UsageError(
            f"{folder} holds words of {record.width} numbers each, learned on {record.model}; "
            f"those of {model.name} have {own}: learn them on it"
        )
    now = model.weights_digest(record.dtype)
    if now != record.weights:
        raise UsageError(
            f"{folder} holds words learned on {record.model} with the weights {record.weights}; "
            f"{model.name} has {now} (in {record.dtype}): learn them on it"
        )
