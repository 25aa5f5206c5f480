"""Checkpoints with pickled weights made into ones of safetensors, without running what they hold.

Shard by shard: what lies in memory is one piece of one tensor. Nothing is seen under the new
folder's name before all of it is written.
"""

import json
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.errors import ModelError, UsageError
from deixis.core.files import make_folder
from deixis.models.checkpoint_files import PLAIN, read_settings
from deixis.models.torch_file import StoredTensor, TorchFile, read_torch_file

SINGLE, INDEX = "pytorch_model.bin", "pytorch_model.bin.index.json"
TAKEN_ALONG = frozenset({".json", ".jinja", ".txt", ".model", ".md"})
MOST_TAKEN = 2**28  # bytes of a file that is taken along


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Converted:
    """What came of it: the new folder, its files of weights, and how much is in them."""

    folder: Path
    files: tuple[str, ...]
    num_tensors: int
    num_bytes: int


def convert(
    folder: Path, out: Path, *, tell: Callable[[str, int, int], None] | None = None
) -> Converted:
    """Write a checkpoint's `pytorch_model.bin` or its shards as safetensors, beside copies of its
    settings. `out` is new. `tell` hears the name of each shard that is written, its number, and how
    many there are.
    """
    shards = _shards(folder)
    if out.exists():
        raise UsageError(f"{out} is there already; name a folder that is not")
    make_folder(out.absolute().parent)
    draft = out.absolute().with_name(f".{out.name}.{secrets.token_hex(4)}.draft")
    try:
        draft.mkdir()
        files, where, num_bytes = [], dict[str, str](), 0
        for number, shard in enumerate(shards, start=1):
            name = _renamed(shard)
            if tell is not None:
                tell(name, number, len(shards))
            opened = read_torch_file(folder / shard)
            tensors = opened.tensors()
            if twice := sorted(where.keys() & tensors.keys()):
                raise ModelError(f"{twice[0]!r:.80} is both in {shard} and {where[twice[0]]}")
            if not tensors:
                raise ModelError(f"{shard} holds no tensors")
            where |= dict.fromkeys(tensors, name)
            num_bytes += _write_safetensors(draft / name, opened, tensors)
            files.append(name)
        if len(files) > 1:
            told = {"metadata": {"total_size": num_bytes}, "weight_map": where}
            _write(draft / "model.safetensors.index.json", json.dumps(told, indent=2).encode())
        _take_along(folder, draft)
        draft.rename(out)
    except OSError as refusal:
        raise UsageError(f"cannot write {out}: {refusal.strerror or refusal}") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Converted(folder=out, files=tuple(files), num_tensors=len(where), num_bytes=num_bytes)


def _write_safetensors(path: Path, opened: TorchFile, tensors: Mapping[str, StoredTensor]) -> int:
    """Write these tensors of an opened file, and flush them; the bytes of all their numbers."""
    # the widest first, so that each begins at a multiple of its width
    names = sorted(tensors, key=lambda name: (-tensors[name].item, name))
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name in names:
        one = tensors[name]
        begin, end = end, end + one.num_bytes
        header[name] = {"dtype": one.dtype, "shape": one.shape, "data_offsets": [begin, end]}
    told = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    told += b" " * (-len(told) % 8)
    with path.open("wb") as file:
        file.write(len(told).to_bytes(8, "little") + told)
        for name in names:
            for piece in opened.chunks(tensors[name]):
                file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return end


def _shards(folder: Path) -> list[str]:
    """The files of weights, as the index names them."""
    if not folder.is_dir():
        raise UsageError(f"there is no folder {folder}; a model of the hub is downloaded first")
    if (folder / INDEX).is_file():
        try:
            told = read_settings(str(folder), folder / INDEX)
        except ValueError as broken:
            raise ModelError(f"{folder}: {broken}") from None
        shards = told.get("weight_map")
        if not isinstance(shards, dict) or not shards:
            raise ModelError(f"{INDEX} of {folder} has no weight_map")
        names = list({str(one): one for one in shards.values()}.values())
    elif (folder / SINGLE).is_file():
        names = [SINGLE]
    else:
        raise UsageError(
            f"{folder} has neither {SINGLE} nor {INDEX}: there are no pickled weights to convert"
        )
    for name in names:
        if not isinstance(name, str) or not PLAIN.fullmatch(name) or not name.endswith(".bin"):
            raise ModelError(
                f"{INDEX} of {folder} names {str(name)[:80]!r}; shards are .bin files beside it"
            )
        if not (folder / name).is_file():
            raise ModelError(f"{INDEX} of {folder} names {name}, which is not there")
    return sorted(names)


def _renamed(shard: str) -> str:
    """pytorch_model-00001-of-00003.bin becomes model-00001-of-00003.safetensors."""
    return shard.removeprefix("pytorch_").removesuffix(".bin") + ".safetensors"


def _take_along(folder: Path, draft: Path) -> None:
    for path in sorted(folder.iterdir()):
        is_settings = path.suffix in TAKEN_ALONG and path.name != INDEX
        if is_settings and path.is_file() and path.stat().st_size <= MOST_TAKEN:
            shutil.copyfile(path, draft / path.name)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
