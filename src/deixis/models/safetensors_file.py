"""Tensors of a torch file written as safetensors, piece by piece: a file never lies in memory."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from deixis.models.torch_file import StoredTensor, TorchFile


def write_safetensors(path: Path, opened: TorchFile, tensors: Mapping[str, StoredTensor]) -> int:
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
