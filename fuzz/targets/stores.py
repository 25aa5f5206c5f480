"""Files of answers: opened whatever they hold, and losing nothing that was not ours."""

import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import final

import numpy as np

from deixis.core.answer_store import Answers, KeptAnswer
from deixis.core.errors import DeixisError
from deixis.evals.results import Row, load_rows, save_rows
from deixis.models.interface import Completion
from deixis.remote.journal import Journal
from fuzz import hostile
from fuzz.mutate import bytes_mutant, text_mutant
from fuzz.targets import Target
from fuzz.trying import tried

OURS = (b'{"request"', b'{"key"')  # how a line of ours begins


@final
class Stores(Target):
    """A file that is opened as each kind of store, or `ROW ` and the words of a row to be kept."""

    def seeds(self) -> Sequence[bytes]:
        """Files of ours, and of others."""
        journal = b'{"request": "a1", "finish": "stop", "text": "a cup"}\n'
        answer = {"key": "ab" * 8, "text": "a cup", "finish": "stop", "model": "m", "asked": "q"}
        row = json.dumps({"a": 1, "b": [1, 2]}).encode()
        others = [b"some notes of mine\nand more\n", b"no end", row, row + b"\n", bytes(range(256))]
        kept = json.dumps(answer).encode() + b"\n"
        return [journal, journal * 2, kept, kept * 3, *others, b"ROW a cup", "ROW é".encode()]

    def made(self, generator: np.random.Generator) -> bytes:
        """A row whose words are whatever a model may answer."""
        return b"ROW " + hostile.word(generator).encode("utf-8", "surrogatepass")

    def mutant(self, data: bytes, generator: np.random.Generator) -> bytes:
        """As bytes, or as text where it is text."""
        try:
            data.decode()
        except UnicodeDecodeError:
            return bytes_mutant(data, generator)
        change = text_mutant if generator.random() < 0.3 else bytes_mutant
        return change(data, generator)

    def run(self, data: bytes) -> None:
        """Open it as a store, or keep it in one."""
        if data.startswith(b"ROW "):
            _keep(self.folder, data[4:].decode("utf-8", "surrogateescape"))
            return
        _open_as(self.folder / "journal", data, lambda path: Journal(path).close())
        _open_as(self.folder / "answers", data, _answers)
        (self.folder / "results.jsonl").write_bytes(data)
        tried(load_rows, self.folder)


def _open_as(path: Path, data: bytes, opened: Callable[[Path], None]) -> None:
    """Open a copy; what is gone of it afterwards was half a line of ours."""
    path.write_bytes(data)
    tried(opened, path)
    left = path.read_bytes()
    if left.startswith(data):
        return
    whole, _, torn = data.rpartition(b"\n")
    is_ours = any(torn.startswith(one[: len(torn)]) for one in OURS)
    assert left.startswith(data[: len(data) - len(torn)]), "a file was changed that is not ours"
    assert is_ours, f"{torn[:60]!r} was cut off"
    assert not whole or whole.startswith(OURS), "a file was cut that is not ours"


def _answers(path: Path) -> None:
    with Answers(path) as answers:
        answers.add({"cd" * 8: KeptAnswer(text="new", finish="stop")})


def _keep(folder: Path, words: str) -> None:
    """A row, and an answer of a journal, come back as they were kept."""
    row = Row(key="k", picture="p", asks="a", truth=(words,), answer=words, sent=words)
    try:
        save_rows(folder, [row, row])
        (read, _) = load_rows(folder)
    except DeixisError as refused:
        raise AssertionError(f"an answer makes the results unreadable: {refused}") from refused
    assert dataclasses.asdict(read) == dataclasses.asdict(row) or not _is_text(words)
    path = folder / "kept"
    path.unlink(missing_ok=True)
    for _ in range(2):
        journal = Journal(path)
        journal.add("f1", Completion(text=words, finish="stop"))
        journal.close()


def _is_text(words: str) -> bool:
    try:
        words.encode()
    except UnicodeEncodeError:
        return False
    return True
