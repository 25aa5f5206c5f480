"""A task about pictures asks a question, which has an answer, and maybe choices."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias, final

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.data.tasks.corruption import Corruption, corrupted

Answers: TypeAlias = Literal["choice", "number", "yes_no"]
PHOTO = "This is a photo of a"  # what TVP puts before a class's name


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class TaskAbout:
    """A task is described so. `answers` tells how one is found right: among choices, as a number,
    as yes or no. `form` are the files that are expected; empty: none.
    """

    title: str
    asks: str
    origin: str
    licence: str
    answers: Answers
    form: str = ""
    guess: float | None = None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class TaskOptions:
    """A part of some files is taken. `corruption` is done to the pictures ("contrast:3"), `num`
    takes the first so many alone.
    """

    data: Path | None = None
    split: str | None = None
    corruption: str | None = None
    num: int | None = None

    def __post_init__(self) -> None:
        if self.num is not None and self.num < 1:
            raise UsageError(f"there is at least 1 picture, got {self.num}")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class TaskSample:
    """A sample is one question. `key` names it for good, `picture` what it is about; `topic` is
    what the picture shows, for losses on its words.
    """

    key: str
    picture: str
    question: str
    answer: str
    choices: tuple[str, ...] = ()
    topic: str = ""


class PictureTask(ABC):
    """A task has questions about whole pictures, by their index. It holds paths and numbers, no
    open file: it is sent to other processes.
    """

    about: ClassVar[TaskAbout]
    corruption: Corruption | None = None

    @classmethod
    @abstractmethod
    def open(cls, options: TaskOptions) -> "PictureTask":
        """The task is opened on these files; UsageError says what is missing."""

    @property
    @abstractmethod
    def num_samples(self) -> int | None:
        """There are so many samples; None: they are endless."""

    @abstractmethod
    def sample(self, index: int) -> TaskSample:
        """One question is made; SampleError names a bad row."""

    @abstractmethod
    def clean(self, index: int) -> Image:
        """The picture is given as it is."""

    @final
    def image(self, index: int) -> Image:
        """The picture is given, corrupted if that was asked for; it is the same every time."""
        image = self.clean(index)
        return image if self.corruption is None else corrupted(image, self.corruption, index)
