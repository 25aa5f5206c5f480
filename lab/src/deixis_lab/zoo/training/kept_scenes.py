"""Scenes with their questions that are drawn once and kept in a folder: later epochs, and stages
after this one, read them in a fraction of the time.

A scene is an .npz of plain arrays, 130 KB at 192 pixels. One that cannot be read is drawn anew.
"""

import hashlib
import io
import json
import secrets
import zipfile
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Protocol, TypeAlias, final, runtime_checkable

import numpy as np
from typing_extensions import override

from deixis.core.files import make_folder
from deixis.train.source import Source
from deixis_lab.zoo.training.asked_scenes import Asked, AskedScene, SecondPicture
from deixis_lab.zoo.training.asked_things import AskedThings
from deixis_lab.zoo.training.labels import PatchLabels

VERSION = 1  # of how scenes and their questions are drawn: at another one, all are drawn anew
ROUNDS = 3  # of questions about a kept scene, of which a step asks some
FOLDERS = 256  # among which the files are spread
UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


@final
@dataclass(frozen=True, kw_only=True)
class KeptScenes(Source):
    """The first `num` scenes of a source, over and over; their questions come in another order each
    time. Which scene is drawn depends on its number alone, not on the run.
    """

    source: AskedThings
    folder: Path
    num: int

    @property
    @override
    def num_examples(self) -> int | None:
        return None

    @override
    def example(self, index: int, generator: np.random.Generator) -> AskedScene:
        place = index % self.num
        path = self.folder / str(place % FOLDERS) / f"{place}.npz"
        scene = _read(path)
        if scene is None:
            draws = np.random.default_rng((self.source.world.seed, place))
            scene = replace(self.source, rounds=ROUNDS).example(place, draws)
            _write(path, scene)
        order = generator.permutation(len(scene.asked))
        asked = tuple(scene.asked[int(turn)] for turn in order)
        return replace(scene, plain=scene.pixels, marks=(), asked=asked, place=place)


TaughtThings: TypeAlias = AskedThings | KeptScenes


@runtime_checkable
class KeepingOptions(Protocol):
    """What a stage's options say of its scenes."""

    @property
    def kept(self) -> str:
        """The folder in which they are kept; empty: each is drawn anew."""

    @property
    def num_kept(self) -> int:
        """How many there are."""


def kept(source: AskedThings, options: KeepingOptions) -> TaughtThings:
    """The scenes as the options want them: endless ones, or so many that are kept in a folder of
    what they are drawn from.
    """
    if not options.kept:
        return source
    drawn = {field.name: getattr(source, field.name) for field in fields(source)}
    drawn["dialect"] = type(source.dialect).__name__
    told = f"{VERSION} {source.world.drawings.digest} {drawn}"
    folder = Path(options.kept) / hashlib.sha256(told.encode()).hexdigest()[:12]
    return KeptScenes(source=source, folder=folder, num=options.num_kept)


def _write(path: Path, scene: AskedScene) -> None:
    """Whole or not at all, and not flushed: what a fall of the machine spoils is drawn anew."""
    told = json.dumps({"way": scene.way, "asked": [asdict(one) for one in scene.asked]})
    second = {}
    if scene.second is not None:
        second = {"second_pixels": scene.second.pixels, "second_owner": scene.second.owner}
    content = io.BytesIO()
    np.savez(
        content,
        allow_pickle=False,
        pixels=scene.pixels,
        told=np.frombuffer(told.encode(), np.uint8),
        **scene.labels.as_dict(),
        **second,
    )
    make_folder(path.parent)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.draft")
    draft.write_bytes(content.getvalue())
    draft.replace(path)


def _read(path: Path) -> AskedScene | None:
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as arrays:
            told = json.loads(arrays["told"].tobytes())
            asked = [
                replace(Asked(**one), evidence=tuple(one["evidence"])) for one in told["asked"]
            ]
            labels = {field.name: arrays[field.name] for field in fields(PatchLabels)}
            pixels = arrays["pixels"]
            second = None
            if "second_pixels" in arrays:
                second = SecondPicture(pixels=arrays["second_pixels"], owner=arrays["second_owner"])
            return AskedScene(
                pixels=pixels,
                plain=pixels,
                labels=PatchLabels(**labels),
                marks=(),
                asked=tuple(asked),
                way=told["way"],
                second=second,
            )
    except UNREADABLE:
        return None


def _asked(told: dict[str, Any]) -> Asked:
    return Asked(**told | {"evidence": tuple(told["evidence"])})
