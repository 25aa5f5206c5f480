"""SVHN: the middle digit of house numbers (Netzer et al., 2011)."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from jaxtyping import UInt8
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.data.tasks._files import FileTask, folder_of, missing, part_of, worse
from deixis.data.tasks._mat import arrays_of
from deixis.data.tasks._task import TaskAbout, TaskOptions, TaskSample

DIGITS = tuple("0123456789")
QUESTION = "Which digit is in the middle of the picture?"


@final
@dataclass(frozen=True, kw_only=True)
class Svhn(FileTask):
    """The cropped digits; a file is read whole, once in each process."""

    about: ClassVar = TaskAbout(
        title="SVHN",
        asks="which digit is in the middle of a house number",
        origin="http://ufldl.stanford.edu/housenumbers/ (format 2)",
        licence="for research that is not commercial",
        answers="choice",
        form="test_32x32.mat (train_32x32.mat, extra_32x32.mat)",
        guess=0.1,
    )
    part: str
    count: int

    @classmethod
    @override
    def open(cls, options: TaskOptions) -> "Svhn":
        folder = folder_of(cls.about, options)
        part = part_of(cls.about, options, ("test", "train", "extra"))
        file = folder / f"{part}_32x32.mat"
        if not file.is_file():
            raise missing(cls.about, folder, repr(file.name))
        _, labels = _read(file)
        return cls(
            folder=folder, part=part, count=len(labels), num=options.num, corruption=worse(options)
        )

    @property
    @override
    def total(self) -> int:
        return self.count

    @override
    def sample(self, index: int) -> TaskSample:
        label = int(_read(self._file)[1][index])
        if not 1 <= label <= 10:
            raise self.bad(index + 1, f"a label is 1..10, got {label}")
        digit = DIGITS[label % 10]  # 10 stands for 0
        return TaskSample(
            key=f"svhn/{self.part}/{index}",
            picture=f"{self.part}/{index}",
            question=QUESTION,
            answer=digit,
            choices=DIGITS,
            topic=f"digit {digit}",
        )

    @override
    def clean(self, index: int) -> Image:
        pixels = np.ascontiguousarray(_read(self._file)[0][..., index])
        return Image(pixels=pixels, source=f"svhn/{self.part}/{index}")

    @property
    def _file(self) -> Path:
        return self.folder / f"{self.part}_32x32.mat"


@lru_cache(maxsize=2)
def _read(file: Path) -> tuple[UInt8[np.ndarray, "row column 3 picture"], np.ndarray]:
    found = arrays_of(file)
    pixels, labels = found.get("X"), found.get("y")
    if pixels is None or labels is None:
        raise UsageError(f"{file} holds {sorted(found)}, SVHN's has X and y")
    if pixels.dtype != np.uint8 or pixels.ndim != 4 or pixels.shape[2] != 3:
        raise UsageError(f"{file}: X is uint8 of rows, columns, 3, pictures; got {pixels.shape}")
    if labels.size != pixels.shape[3]:
        raise UsageError(f"{file} has {labels.size} labels for {pixels.shape[3]} pictures")
    return pixels, labels.reshape(-1)
