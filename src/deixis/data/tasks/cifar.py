"""CIFAR-10 and CIFAR-100 (Krizhevsky, 2009): small photos of ten or a hundred classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.files import open_file, read_text
from deixis.core.image import Image
from deixis.data.tasks.file_task import FileTask, folder_of, missing, part_of, worse
from deixis.data.tasks.task import PHOTO, TaskAbout, TaskOptions, TaskSample

SIDE = 32
PIXELS = 3 * SIDE * SIDE
ORIGIN = "https://www.cs.toronto.edu/~kriz/cifar.html (binary version)"
LICENCE = "none is given by its makers"


@dataclass(frozen=True, kw_only=True)
class CifarTask(FileTask):
    """Each record is a picture, read when it is asked for: `num_labels` bytes, the last of which
    names the class, then the red, green and blue planes.
    """

    parts: ClassVar[Mapping[str, tuple[str, ...]]]
    names_file: ClassVar[str]
    num_labels: ClassVar[int]
    part: str
    files: tuple[tuple[Path, int], ...]
    names: tuple[str, ...]

    @classmethod
    @override
    def open(cls, options: TaskOptions) -> "CifarTask":
        folder = folder_of(cls.about, options)
        part = part_of(cls.about, options, tuple(cls.parts))
        return cls(
            folder=folder,
            part=part,
            files=tuple(cls._counted(folder, name) for name in cls.parts[part]),
            names=cls._named(folder),
            num=options.num,
            corruption=worse(options),
        )

    @property
    @override
    def total(self) -> int:
        return sum(count for _, count in self.files)

    @override
    def sample(self, index: int) -> TaskSample:
        label = self._record(index)[self.num_labels - 1]
        if label >= len(self.names):
            raise self.bad(index + 1, f"the label {label} is of no class, there are {self.names}")
        name = self.names[label]
        return TaskSample(
            key=f"{self.folder.name}/{self.part}/{index}",
            picture=f"{self.part}/{index}",
            question=PHOTO,
            answer=name,
            choices=self.names,
            topic=name,
        )

    @override
    def clean(self, index: int) -> Image:
        planes = np.frombuffer(self._record(index)[self.num_labels :], dtype=np.uint8)
        pixels = planes.reshape(3, SIDE, SIDE).transpose(1, 2, 0)
        return Image(pixels=pixels, source=f"{self.folder.name}/{self.part}/{index}")

    def _record(self, index: int) -> bytes:
        size = self.num_labels + PIXELS
        place = index
        for path, count in self.files:
            if place < count:
                with open_file(path) as file:
                    file.seek(place * size)
                    return file.read(size)
            place -= count
        raise IndexError(f"{self.folder} has {self.total} pictures, there is none at {index}")

    @classmethod
    def _counted(cls, folder: Path, name: str) -> tuple[Path, int]:
        path, size = folder / name, cls.num_labels + PIXELS
        if not path.is_file():
            raise missing(cls.about, folder, repr(name))
        count, rest = divmod(path.stat().st_size, size)
        if rest or not count:
            raise UsageError(f"{path} is torn: its length is no multiple of {size}")
        return path, count

    @classmethod
    def _named(cls, folder: Path) -> tuple[str, ...]:
        path = folder / cls.names_file
        if not path.is_file():
            raise missing(cls.about, folder, repr(cls.names_file))
        try:
            return spoken(read_text(path).split())
        except (OSError, UnicodeDecodeError) as broken:
            raise UsageError(f"cannot read {path}: {broken}") from None


def spoken(names: Sequence[str]) -> tuple[str, ...]:
    """Names are said without underscores."""
    return tuple(name.replace("_", " ").strip() for name in names)


@final
@dataclass(frozen=True, kw_only=True)
class Cifar10Task(CifarTask):
    """The binary version is read; its pickles are not."""

    about: ClassVar = TaskAbout(
        title="CIFAR-10",
        asks="which of ten classes a photo shows",
        origin=ORIGIN,
        licence=LICENCE,
        answers="choice",
        form="data_batch_1.bin to data_batch_5.bin, test_batch.bin and batches.meta.txt",
        guess=0.1,
    )
    parts: ClassVar = {
        "test": ("test_batch.bin",),
        "train": tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
    }
    names_file: ClassVar = "batches.meta.txt"
    num_labels: ClassVar = 1


@final
@dataclass(frozen=True, kw_only=True)
class Cifar100Task(CifarTask):
    """The binary version's fine classes are read; the first of two labels is the coarse one."""

    about: ClassVar = TaskAbout(
        title="CIFAR-100",
        asks="which of a hundred classes a photo shows",
        origin=ORIGIN,
        licence=LICENCE,
        answers="choice",
        form="train.bin, test.bin and fine_label_names.txt",
        guess=0.01,
    )
    parts: ClassVar = {"test": ("test.bin",), "train": ("train.bin",)}
    names_file: ClassVar = "fine_label_names.txt"
    num_labels: ClassVar = 2


TASKS = {"cifar10": Cifar10Task, "cifar100": Cifar100Task}
