"""Examine a model on held-out scenes, and keep every verdict on disk as it comes."""

import hashlib
import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from deixis.coordinates import conventions
from deixis.core.errors import UsageError
from deixis.core.files import make_folder, write_text
from deixis.data.scenes.world import SceneWorld
from deixis.lab.probes import BY_MARK, Examination, examination
from deixis.models import nano
from deixis.models.transformers_model import TransformersModel
from deixis.nn.interface import Generation, VisionLanguageModel
from deixis.train.metrics import read_metrics
from deixis.train.reporter import Progress, Reporter, Silent

SCENES_AT_ONCE = 8
SETTINGS = Generation(max_new_tokens=16)
Z95 = 1.959964  # the normal distribution's 97.5th per cent
GUESS = "guess"

Record = dict[str, Any]  # Any: what JSON holds


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """How many of the answers were right."""

    right: int
    asked: int

    @property
    def value(self) -> float:
        """As a share of one."""
        return self.right / self.asked if self.asked else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, at 95 %."""
        if not self.asked:
            return 0.0, 1.0
        n, p = self.asked, self.value
        middle = (p + Z95**2 / (2 * n)) / (1 + Z95**2 / n)
        half = Z95 / (1 + Z95**2 / n) * math.sqrt(p * (1 - p) / n + Z95**2 / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)

    def __str__(self) -> str:
        low, high = (100 * end for end in self.interval)
        return f"{100 * self.value:.1f} ({low:.1f} to {high:.1f})"


@final
@dataclass(frozen=True, kw_only=True)
class Measured:
    """Shares by kind of probe, and how often a guess among a scene's things would name one."""

    about: Record
    shares: Mapping[str, Share]
    guess: float
    num_scenes: int

    @property
    def naming(self) -> float:
        """The mean over the eight kinds of mark."""
        values = [self.shares[kind].value for kind in BY_MARK.values() if kind in self.shares]
        return sum(values) / len(values) if values else math.nan

    def record(self) -> Record:
        """For JSON."""
        rows = {
            kind: {"right": s.right, "asked": s.asked, "share": s.value, "interval": s.interval}
            for kind, s in self.shares.items()
        }
        return {
            **self.about,
            "num_scenes": self.num_scenes,
            "naming": self.naming,
            "guess": self.guess,
            "shares": rows,
        }


def measure(
    model: VisionLanguageModel,
    world: SceneWorld,
    *,
    num_scenes: int,
    folder: Path,
    reporter: Reporter | None = None,
) -> Measured:
    """Ask about the first scenes of that world; what `folder` has of it already is kept.

    Each scene is a line of `verdicts.jsonl` there as soon as its answers are in.
    """
    reporter = reporter or Silent()
    about = _about(model, world)
    path = folder / "verdicts.jsonl"
    make_folder(folder)
    lines = _kept(path, about)
    convention = conventions.get(model.convention)(**model.convention_settings)
    begun, first = time.monotonic(), len(lines)
    with path.open("a", encoding="utf-8") as file:
        while len(lines) < num_scenes:
            end = min(len(lines) + SCENES_AT_ONCE, num_scenes)
            asked = [examination(world, i, convention) for i in range(len(lines), end)]
            new = _verdicts(model, asked)
            file.writelines(json.dumps(line) + "\n" for line in new)
            file.flush()
            lines += new
            rate = (len(lines) - first) / (time.monotonic() - begun)
            reporter.advance(
                Progress(
                    step=len(lines),
                    steps=num_scenes,
                    steps_per_second=rate,
                    seconds_left=(num_scenes - len(lines)) / rate,
                    numbers={"naming": measured(about, lines).naming},
                )
            )
    return measured(about, lines[:num_scenes])


def measured(about: Record, lines: Sequence[Record]) -> Measured:
    """The verdicts of many scenes, counted."""
    counts: dict[str, list[int]] = {}
    for line in lines:
        for kind, is_right in line["verdicts"]:
            count = counts.setdefault(kind, [0, 0])
            count[0] += is_right
            count[1] += 1
    shares = {kind: Share(right=r, asked=n) for kind, (r, n) in sorted(counts.items())}
    guesses = [line[GUESS] for line in lines if line[GUESS] is not None]
    guess = sum(guesses) / max(len(guesses), 1)
    return Measured(about=about, shares=shares, guess=guess, num_scenes=len(lines))


def _verdicts(model: VisionLanguageModel, asked: Sequence[Examination | None]) -> list[Record]:
    probes = [probe for one in asked if one is not None for probe in one.probes]
    completions = model.generate([probe.question for probe in probes], SETTINGS)
    right = iter(
        probe.is_right(completion.text)
        for probe, completion in zip(probes, completions, strict=True)
    )
    return [
        {"verdicts": [], GUESS: None}
        if one is None
        else {"verdicts": [(p.kind, int(next(right))) for p in one.probes], GUESS: one.guess}
        for one in asked
    ]


def _about(model: VisionLanguageModel, world: SceneWorld) -> Record:
    """What the verdicts are of."""
    kind, parameters = _built_of(model)
    scenes = {
        "seed": world.seed,
        "split": world.split,
        "exponent": world.exponent,
        "side": world.side,
    }
    return {
        "model": model.name,
        "class": kind,
        "parameters": parameters,
        "weights": weights_digest(nano.folder_of(model.name)),
        "loaded": dict(model.record),
        "scenes": scenes,
    }


def _built_of(model: VisionLanguageModel) -> tuple[str, int | None]:
    """The class behind an adapter and the number of its weights; a server tells neither."""
    if not isinstance(model, TransformersModel):
        return type(model).__name__, None
    inner: Any = model.family.model  # Any: transformers' own classes
    return type(inner).__name__, sum(weight.numel() for weight in inner.parameters())


def weights_digest(folder: Path) -> str | None:
    """A short hash of the weights in a folder."""
    files = sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
    if not files:
        return None
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            hashlib.file_digest(file, lambda: digest)
    return digest.hexdigest()[:16]


def _kept(path: Path, about: Record) -> list[Record]:
    """The scenes that are done, in a file that begins with what it is about. A line cut short by a
    kill is dropped.
    """
    try:
        kept = read_metrics(path) or [{"about": about}]
    except ValueError:
        raise UsageError(f"{path} holds no verdicts; choose another folder, or remove it") from None
    if kept[0] != {"about": about}:
        raise UsageError(
            f"{path} is of another model or of other scenes: {kept[0].get('about')}; "
            "choose another folder, or remove it"
        )
    write_text(path, "".join(f"{json.dumps(record)}\n" for record in kept))
    return kept[1:]
