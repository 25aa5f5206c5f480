"""Data sets as they are published, one file of each changed."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, final

import numpy as np

from deixis.core.errors import DeixisError
from deixis.data import datasets
from fuzz.mutate import bytes_mutant, json_mutant
from fuzz.targets import Target

FIXTURES = Path(__file__).parent.parent.parent / "tests" / "data" / "fixtures"
READ = {".json", ".jsonl", ".p", ".xml", ".txt"}
MOST_ROWS = 20


@final
class Datasets(Target):
    """A line `DATASET FILE`, then that file's bytes."""

    def __init__(self, folder: Any) -> None:
        super().__init__(folder)
        self.listed = json.loads((FIXTURES / "rows.json").read_text())
        self.copy = Path(shutil.copytree(FIXTURES, folder / "fixtures"))

    def seeds(self) -> Sequence[bytes]:
        """Every file that is read."""
        files = [
            path
            for name in datasets.names()
            for path in sorted((FIXTURES / name).rglob("*"))
            if path.suffix in READ
        ]
        return [
            f"{path.relative_to(FIXTURES).as_posix()}\n".encode() + path.read_bytes()
            for path in files
        ]

    def mutant(self, data: bytes, generator: np.random.Generator) -> bytes:
        """The file changed; JSON mostly stays JSON."""
        head, _, body = data.partition(b"\n")
        if head.endswith((b".json", b".jsonl")) and generator.random() < 0.7:
            return head + b"\n" + json_mutant(body, generator)
        return head + b"\n" + bytes_mutant(body, generator)

    def run(self, data: bytes) -> None:
        """Open the data set and read its rows."""
        head, _, body = data.partition(b"\n")
        place = head.decode("utf-8", "replace")
        original = FIXTURES / place
        name = place.partition("/")[0]
        if name not in datasets.names() or ".." in place or not original.is_file():
            return
        changed = self.copy / place
        changed.write_bytes(body)
        try:
            self._read(name)
        finally:
            changed.write_bytes(original.read_bytes())

    def _read(self, name: str) -> None:
        try:
            dataset = datasets.get(name).open(self.copy / name / self.listed[name]["path"])
        except DeixisError as problem:
            str(problem).encode()
            return
        for index in range(min(len(dataset), MOST_ROWS)):
            try:
                dataset.sample(index, np.random.default_rng(index))
            except DeixisError as problem:
                assert len(str(problem)) < 10_000
