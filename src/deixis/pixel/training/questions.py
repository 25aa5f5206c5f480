"""A task's pictures and questions as examples."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar, final

import numpy as np
from jaxtyping import UInt8
from typing_extensions import override

from deixis.core.image import Image
from deixis.data.tasks import PictureTask, TaskSample
from deixis.models.interface import Picture, Question
from deixis.train.source import Source

Key = TypeVar("Key")
Value = TypeVar("Value")
MOST_KEPT = 2**30  # bytes of pictures that come again and stay in memory


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class AskedSample:
    """A picture's pixels and what is asked about it, and where in the task it stands."""

    pixels: UInt8[np.ndarray, "row column 3"]
    sample: TaskSample
    index: int


@final
class KeptSamples(Generic[Key, Value]):
    """What is kept for another time, the first of it, as long as it has fewer than `most` bytes."""

    def __init__(self, *, most: int) -> None:
        self.most = most
        self._known: dict[Key, Value] = {}

    def get(self, key: Key) -> Value | None:
        """The value, if it was kept."""
        return self._known.get(key)

    def add(self, key: Key, value: Value, size: int) -> None:
        """Keep it, if there is room for its bytes."""
        if size <= self.most:
            self.most -= size
            self._known[key] = value

    def __len__(self) -> int:
        return len(self._known)


@final
@dataclass(frozen=True, kw_only=True)
class PictureQuestions(Source):
    """The task's samples. `crops` cuts a random square and mirrors half of the pictures, as TVP's
    training does; `question` takes the place of the task's own words.
    """

    task: PictureTask
    crops: bool = False
    question: str = ""
    _kept: KeptSamples[int, AskedSample] = field(
        default_factory=lambda: KeptSamples(most=MOST_KEPT), repr=False
    )

    @property
    @override
    def num_examples(self) -> int | None:
        return self.task.num_samples

    @override
    def example(self, index: int, generator: np.random.Generator) -> AskedSample:
        asked = self.asked(index)
        if not self.crops:
            return asked
        return replace(asked, pixels=cropped(asked.pixels, generator))

    def asked(self, index: int) -> AskedSample:
        """The example as the task has it."""
        known = self._kept.get(index)
        if known is not None:
            return known
        sample = self.task.sample(index)
        if self.question:
            sample = replace(sample, question=self.question)
        asked = AskedSample(pixels=self.task.image(index).pixels, sample=sample, index=index)
        if self.num_examples is not None:
            self._kept.add(index, asked, asked.pixels.nbytes)
        return asked

    @override
    def collate(self, examples: Sequence[AskedSample]) -> list[AskedSample]:
        return list(examples)


def cropped(
    pixels: UInt8[np.ndarray, "row column 3"], draws: np.random.Generator
) -> UInt8[np.ndarray, "side side 3"]:
    """A square of the short side, anywhere along the long one, mirrored every second time."""
    height, width, _ = pixels.shape
    side = min(height, width)
    top = int(draws.integers(height - side + 1))
    left = int(draws.integers(width - side + 1))
    square = pixels[top : top + side, left : left + side]
    return np.ascontiguousarray(square[:, ::-1] if draws.random() < 0.5 else square)


def image_of(asked: AskedSample) -> Image:
    """Its picture."""
    return Image(pixels=asked.pixels, source=asked.sample.picture)


def question_of(picture: Picture, sample: TaskSample) -> Question:
    """What is asked about a picture."""
    return Question(pictures=(picture,), text=sample.question)
