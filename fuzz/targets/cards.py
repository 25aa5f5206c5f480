"""Our own JSON, as a stranger may have changed it: calls, marks, cards, reports, settings."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, final

import numpy as np

from deixis.ask.sent import Sent
from deixis.core import region as make
from deixis.core import settings
from deixis.core.errors import DeixisError
from deixis.core.image import Image
from deixis.core.transform import Transform
from deixis.encodings import Frame
from deixis.evals.figures import Figure
from deixis.evals.report import QuestionCounts, Report
from deixis.evals.results import Row, load_rows
from deixis.marks import Mark, mark_json
from deixis.models.interface import Generation
from deixis.pixel.card import Card, Gain, PromptSource, card_of
from deixis.priors.ranking import EntityRank, Ranking, load_ranking, to_record
from deixis.train.config import RunConfig
from fuzz.mutate import json_mutant
from fuzz.targets import Target

LONGEST_MESSAGE = 20_000


@final
class Cards(Target):
    """A line with the reader's name, then its JSON."""

    room = 1024

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.readers: dict[str, Callable[[str], object]] = {
            "sent": Sent.from_json,
            "mark": mark_json.loads,
            "card": lambda text: card_of(_object(text)),
            "config": lambda text: settings.from_record(RunConfig, _value(text)),
            "report": lambda text: self._from_file("report.json", text, Report.load),
            "results": lambda text: self._from_file("results.jsonl", text, load_rows),
            "ranking": lambda text: load_ranking(self._written("ranking.json", text)),
        }

    def seeds(self) -> Sequence[bytes]:
        """What each part writes itself."""
        mark = Mark(shape="arrow", region=make.box(1, 2, 30, 40, label="a cup"))
        gain = Gain(
            **{"model": "m", "benchmark": "b", "num_questions": 3, "before": 1.0, "after": 2.0},
            **{"low": -1.0, "high": 3.0},
        )
        card = Card(sources=(PromptSource(model="m", preparation={"size": "336"}),), gains=(gain,))
        row = Row(key="k", picture="p", asks="a", truth=("x",), numbers={"right": 1.0})
        told = {
            "sent": _sent().to_json(),
            "mark": mark_json.dumps(mark),
            "config": json.dumps(settings.to_record(RunConfig())),
            "results": json.dumps(asdict(row)),
            "ranking": json.dumps(to_record(_ranking())),
            "report": self._report(),
            "card": json.dumps({"card": asdict(card)}),
        }
        return [f"{name}\n{text}".encode() for name, text in told.items()]

    def mutant(self, data: bytes, generator: np.random.Generator) -> bytes:
        """One value of the JSON changed."""
        head, _, body = data.partition(b"\n")
        return head + b"\n" + json_mutant(body, generator)

    def run(self, data: bytes) -> None:
        """Have its reader read it."""
        head, _, body = data.partition(b"\n")
        reader = self.readers.get(head.decode("utf-8", "replace"))
        if reader is None:
            return
        try:
            reader(body.decode("utf-8", "replace"))
        except DeixisError as problem:
            assert len(str(problem)) < LONGEST_MESSAGE

    def _report(self) -> str:
        names = ("questions", "pictures", "scored", "unread", "cut", "unasked", "failed")
        report = Report(
            **{"benchmark": "pope", "options": {"part": "test"}, "model": "m", "encoding": "said"},
            **{"dialect": "unit", "judge": None, "who": {"model": "m"}, "settings": {"seed": 0}},
            counts=QuestionCounts(**dict.fromkeys(names, 1), ungraded=0, bad=0),
            figures=(
                Figure(
                    **{"measure": "accuracy", "part": "all", "value": 50.0, "low": 40.0},
                    **{"high": 60.0, "method": "wilson", "num_questions": 3, "num_pictures": 2},
                ),
            ),
        )
        report.save(self.folder)
        return (self.folder / "report.json").read_text()

    def _written(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        return path

    def _from_file(self, name: str, text: str, load: Callable[[Path], object]) -> object:
        return load(self._written(name, text).parent)


def _value(text: str) -> Any:  # Any: JSON
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return {}


def _object(text: str) -> dict[str, Any]:  # Any: JSON
    value = _value(text)
    return value if isinstance(value, dict) else {}


def _sent() -> Sent:
    image = Image(pixels=np.zeros((4, 6, 3), dtype=np.uint8))
    return Sent(
        model="tiny:llava",
        dialect="permille",
        frames=(Frame(image=image, transform=Transform(before=image.size, after=image.size)),),
        text="What is {it}?",
        system=None,
        settings=Generation(),
        loaded={"dtype": "float32"},
        software={"deixis": "0.1"},
        notes=((make.box(1, 2, 3, 4, label="cup"),),),
    )


def _ranking() -> Ranking:
    numbers = dict.fromkeys(("mean", "median", "reciprocal", "normalised", "low", "high"), 1.0)
    entity = EntityRank(**numbers, name="cup", band="known", quarter="1", ranks=(1.0, 2.0))
    return Ranking(
        **{"encoder": {"name": "e"}, "by": "names", "num_candidates": 3, "digest": "ab"},
        **{"templates": ("a {}",), "entities": (entity,), "left_out": ()},
    )
