"""What is learned beside a model, as files: a JSON record, and the numbers that it speaks of."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from deixis.core.errors import ModelError, UsageError
from deixis.core.files import read_bytes, read_text, write_bytes
from deixis.core.json_lines import parse
from deixis.core.untrusted_text import shown

MOST, MOST_TOLD = 2**28, 2**22  # bytes of a file of numbers, and of a record


def write_numbers(path: Path, numbers: Mapping[str, Tensor]) -> str:
    """A safetensors file; gives its digest, for the record."""
    content = save({name: n.detach().contiguous().cpu() for name, n in numbers.items()})
    write_bytes(path, content)
    return hashlib.sha256(content).hexdigest()


def read_record(path: Path, version: str) -> dict[str, Any]:  # Any: JSON
    """A record of that version."""
    try:
        record = parse(read_text(path, most=MOST_TOLD))
    except (OSError, ValueError, RecursionError) as broken:
        raise ModelError(f"{path} is not JSON: {broken}") from None
    if not isinstance(record, dict) or record.get("deixis") != version:
        said = record.get("deixis") if isinstance(record, dict) else None
        raise UsageError(f"this Deixis reads {version}, {path} is {shown(said)}")
    return record


def read_numbers(path: Path, digest: str, *, record: str) -> dict[str, Tensor]:
    """The numbers of a file, if they are finite and the ones that the record speaks of."""
    try:
        content = read_bytes(path, most=MOST)
        found = load(content)
    except (OSError, SafetensorError) as broken:
        raise ModelError(f"cannot read {path}: {broken}") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise ModelError(f"{path} is not the file that {record} speaks of: its digest is another")
    if not all(bool(torch.isfinite(numbers).all()) for numbers in found.values()):
        raise ModelError(f"{path} holds numbers that are not finite")
    return found
