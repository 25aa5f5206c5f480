"""Embeddings that were made before, by the encoder's record and the content of the picture."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import final

import torch
from jaxtyping import Float
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from deixis.core import region_json
from deixis.core.files import make_folder, write_bytes
from deixis.core.json_lines import parse
from deixis.data.entities.entity_set import EntityPicture
from deixis.priors.encoders import PriorEncoder, Seen

SHARD = 256  # pictures that are embedded, and kept, together
ROWS, KEYS = "rows", "keys"


@final
class EmbeddingCache:
    """A folder of an encoder's embeddings: shards of safetensors, each written whole or not at all.

    Processes may share it: at worst the same is made twice.
    """

    def __init__(self, folder: Path, record: Mapping[str, str]) -> None:
        told = json.dumps(dict(record), sort_keys=True).encode()
        self.folder = folder / hashlib.sha256(told).hexdigest()[:16]
        self._known: dict[str, tuple[Path, int]] = {}
        for path in sorted(self.folder.glob("*.safetensors")):
            self._known |= {key: (path, row) for row, key in enumerate(_keys_of(path))}

    def known(self, keys: Sequence[str]) -> dict[str, Tensor]:
        """The vectors of those of the keys that are kept."""
        by_path: dict[Path, list[str]] = {}
        for key in keys:
            if key in self._known:
                by_path.setdefault(self._known[key][0], []).append(key)
        found: dict[str, Tensor] = {}
        for path, own in by_path.items():
            with safe_open(path, framework="pt") as file:
                rows = file.get_tensor(ROWS)
            found |= {key: rows[self._known[key][1]] for key in own}
        return found

    def keep(self, keys: Sequence[str], rows: Float[Tensor, "picture dim"]) -> None:
        """One shard more."""
        make_folder(self.folder)
        name = hashlib.sha256("".join(keys).encode()).hexdigest()[:16]
        path = self.folder / f"{name}.safetensors"
        held = {ROWS: rows.detach().cpu().contiguous()}
        write_bytes(path, save(held, {KEYS: json.dumps(list(keys))}))
        self._known |= {key: (path, row) for row, key in enumerate(keys)}


def embedded(
    encoder: PriorEncoder, pictures: Sequence[EntityPicture], folder: Path | None
) -> Float[Tensor, "picture dim"]:
    """A vector a picture; with a folder, what was embedded before is taken from there."""
    keys = [key_of(picture) for picture in pictures]
    cache = None if folder is None else EmbeddingCache(folder, encoder.record)
    vectors = {} if cache is None else cache.known(keys)
    missing = {key: p for key, p in zip(keys, pictures, strict=True) if key not in vectors}
    todo = list(missing)
    for begin in range(0, len(todo), SHARD):
        some = todo[begin : begin + SHARD]
        seen = [Seen(image=missing[key].image(), region=missing[key].region) for key in some]
        rows = encoder.embed_pictures(seen).detach().float().cpu()
        if cache is not None:
            cache.keep(some, rows)
        vectors |= dict(zip(some, rows, strict=True))
    return torch.stack([vectors[key] for key in keys])


def key_of(picture: EntityPicture) -> str:
    """Its pixels and the place in them."""
    place = "" if picture.region is None else region_json.dumps(picture.region)
    return hashlib.sha256(f"{picture.content} {place}".encode()).hexdigest()[:32]


def _keys_of(path: Path) -> list[str]:
    """Of a shard; one that cannot be read holds none, and its pictures are embedded again."""
    try:
        with safe_open(path, framework="pt") as file:
            keys: list[str] = parse(file.metadata()[KEYS])
            return keys
    except (SafetensorError, OSError, ValueError, KeyError, TypeError):
        return []
