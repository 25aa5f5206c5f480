"""The table of embeddings: each word is encoded once and kept under (encoder, revision, text)."""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import final

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from deixis.core.errors import UsageError
from deixis.core.files import cache_folder, make_folder
from deixis.knowledge.encoders import TextEncoder

FILE = "embeddings.sqlite"
MANY = 500  # keys in one query
PATIENCE_S = 60.0  # while another process writes


@final
class WordTable:
    """An encoder whose vectors are kept in memory and, where they stay the same, in a file.

    `folder`: where that file lies; None: $DEIXIS_CACHE or ~/.cache/deixis. Of an encoder that is
    tuned (`is_tuned`) nothing is kept.
    """

    def __init__(self, encoder: TextEncoder, *, folder: Path | None = None) -> None:
        self.encoder = encoder
        self.folder = folder
        self.is_tuned = False
        self._vectors: dict[str, Tensor] = {}
        self._encoder_key: str | None = None

    @property
    def width(self) -> int:
        """Of the vectors."""
        return self.encoder.width

    def __call__(self, words: Sequence[str]) -> Float[Tensor, "word width"]:
        """Their vectors, in their order."""
        if not self.encoder.is_kept or self.is_tuned:
            return self.encoder.encode(words)
        missing = [word for word in dict.fromkeys(words) if word not in self._vectors]
        if missing:
            self._vectors |= self._found(missing)
        if not words:
            return torch.empty(0, self.width)
        return torch.stack([self._vectors[word] for word in words])

    def _found(self, words: Sequence[str]) -> dict[str, Tensor]:
        """From the file, and what is not there from the encoder, which is then written."""
        keys = {word: self._key(word) for word in words}
        folder = self.folder or cache_folder()
        make_folder(folder)
        try:
            with closing(_opened(folder / FILE)) as file:
                known = _read(file, list(keys.values()), self.width)
                new = [word for word in words if keys[word] not in known]
                if new:
                    with torch.no_grad():
                        vectors = self.encoder.encode(new).float().cpu()
                    known |= {keys[word]: v for word, v in zip(new, vectors, strict=True)}
                    _write(file, {keys[word]: known[keys[word]] for word in new})
        except sqlite3.Error as broken:
            path = folder / FILE
            raise UsageError(f"cannot use {path}: {broken}; remove it and try again") from None
        return {word: known[key] for word, key in keys.items()}

    def _key(self, word: str) -> str:
        if self._encoder_key is None:
            self._encoder_key = json.dumps(dict(self.encoder.record), sort_keys=True)
        return hashlib.sha256(f"{self._encoder_key}\n{word}".encode()).hexdigest()


def _opened(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, timeout=PATIENCE_S)
    with file:
        file.execute("CREATE TABLE IF NOT EXISTS vectors (key TEXT PRIMARY KEY, vector BLOB)")
    return file


def _read(file: sqlite3.Connection, keys: Sequence[str], width: int) -> dict[str, Tensor]:
    known: dict[str, Tensor] = {}
    for begin in range(0, len(keys), MANY):
        some = keys[begin : begin + MANY]
        places = ",".join("?" * len(some))
        rows = file.execute(f"SELECT key, vector FROM vectors WHERE key IN ({places})", some)
        for key, blob in rows:
            if len(blob) == 4 * width:  # a file of another kind or a broken row is encoded again
                known[key] = torch.from_numpy(np.frombuffer(blob, dtype="<f4").copy())
    return known


def _write(file: sqlite3.Connection, vectors: dict[str, Tensor]) -> None:
    with file:
        file.executemany(
            "INSERT OR REPLACE INTO vectors VALUES (?, ?)",
            [(key, vector.numpy().astype("<f4").tobytes()) for key, vector in vectors.items()],
        )
