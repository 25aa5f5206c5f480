"""A folder of small pictures with regions, and a server that counts what it is asked about each."""

import hashlib
import json
import threading
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import deixis as dx
from deixis.testing import FakeServer, serve
from tests.batch.store_nursery import noise

QUESTION = "Describe {it}."


def photos(top: Path, pictures: int = 3, regions: int = 4) -> tuple[Path, Path]:
    """A folder of pictures, and beside it a file with a line for each region."""
    folder = top / "photos"
    folder.mkdir(parents=True)
    lines = []
    for i in range(pictures):
        (folder / f"{i:04d}.png").write_bytes(noise(i, 24).png())
        for n in range(regions):
            lines.append(line(f"{i:04d}.png", [1 + n % 7, 2, 9 + n % 7, 8 + n // 7]))
    known = top / "regions.jsonl"
    known.write_text("\n".join(lines) + "\n")
    return folder, known


def line(image: str, box: list[float]) -> str:
    return json.dumps({"image": image, "deixis": "region/1", "kind": "box", "box": box})


class Counted:
    """A server that answers alike whoever asks when, and counts what it was asked."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server
        self.asked: Counter[str] = Counter()
        self.fails = lambda number: False
        self._lock = threading.Lock()
        server.answer = self.answer

    def answer(self, body):
        digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        with self._lock:
            self.asked[digest] += 1
            number = self.asked.total()
        if self.fails(number):
            return FakeServer.fail(500, "broken")
        usage = {"prompt_tokens": 100, "completion_tokens": 10}
        return FakeServer.say(body, f"a thing {digest[:12]}", usage=usage)

    @property
    def model(self) -> str:
        return f"openai:Qwen/Qwen3-VL-8B-Instruct@{self.server.url}"


@contextmanager
def counting(delay: float = 0.0):
    with serve(delay=delay, keeps=1) as server:
        yield Counted(server)


def asked(server: Counted, top: Path, *, question=QUESTION, **more):
    """The folder of `top` is asked about."""
    given = {"regions": top / "regions.jsonl", "model": server.model, "out": top / "rows.jsonl"}
    return dx.ask_each(top / "photos", question, **{**given, **more})


def read(out: Path) -> list[dict]:
    return [json.loads(line) for line in out.read_text().splitlines()]
