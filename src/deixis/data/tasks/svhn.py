"""SVHN (Netzer et al., 2011): the middle digit of house numbers, out of MATLAB's level 5 files.

Their arrays, whole numbers that may be compressed, are read here rather than by scipy, which would
be a dependency for one data set, and which reads what nobody needs (cells, structures, objects, as
deep as a file says). Whatever a file holds, what is made of it is bounded by what the file is long.
"""

import itertools
import math
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from jaxtyping import UInt8
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.files import read_bytes
from deixis.core.image import Image
from deixis.data.tasks.file_task import FileTask, folder_of, missing, part_of, worse
from deixis.data.tasks.task import TaskAbout, TaskOptions, TaskSample

HEADER, TAG = 128, 8
COMPRESSED, MATRIX = 15, 14
MOST = 2 << 30  # bytes of all arrays
LONGEST = 2 << 30  # bytes of a file
ALWAYS, RATIO = 64 << 20, 20  # bytes that may be unpacked of any file, and of each packed byte
MOST_ELEMENTS = 1000  # of a file
SMALL = 4  # bytes of an element in its tag
PARTS = 4  # of an array: flags, sides, name, numbers
KINDS = {1: "i1", 2: "u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4", 9: "<f8"}
DIGITS = tuple("0123456789")
QUESTION = "Which digit is in the middle of the picture?"


@final
@dataclass(frozen=True, kw_only=True)
class SvhnTask(FileTask):
    """The digits are cropped; a file is read whole, once in each process."""

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
    def open(cls, options: TaskOptions) -> "SvhnTask":
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


def arrays_of(path: Path) -> dict[str, np.ndarray]:
    """A file has arrays by their names; UsageError says why it is refused."""
    try:
        content = read_bytes(path, most=LONGEST)
        if content[126:128] != b"IM":
            raise ValueError("its header is not that of a little-endian level 5 file")
        return dict(map(_array, _matrices(memoryview(content)[HEADER:])))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, KeyError, struct.error, zlib.error) as broken:
        raise UsageError(f"{path} is no MATLAB file that Deixis reads: {broken}") from None


def _matrices(content: memoryview) -> Iterator[memoryview]:
    """The bodies of all arrays are unpacked; together they stay within what the file may hold."""
    left = most = min(MOST, max(ALWAYS, RATIO * len(content)))
    for number, (kind, body) in enumerate(_elements(content)):
        if number == MOST_ELEMENTS:
            raise ValueError(f"it has more than {MOST_ELEMENTS} elements")
        if kind == MATRIX:
            yield body
        if kind != COMPRESSED:
            continue
        whole = zlib.decompressobj().decompress(body, left + 1)
        if len(whole) > left:
            raise ValueError(f"its arrays have more than {most} bytes")
        left -= len(whole)
        inside, body = next(_elements(memoryview(whole)), (0, body))
        if inside != MATRIX:
            raise ValueError("what is compressed is an array")
        yield body


def _elements(content: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Each element has a kind and a body, one after the other; nothing is copied."""
    place = 0
    while place + TAG <= len(content):
        kind, size = struct.unpack_from("<II", content, place)
        if kind >> 16:  # a small element: its body is in its tag
            if kind >> 16 > SMALL:
                raise ValueError("an element of its tag is longer than that")
            yield kind & 0xFFFF, content[place + 4 : place + 4 + (kind >> 16)]
            place += TAG
            continue
        body = content[place + TAG : place + TAG + size]
        if len(body) != size:
            raise ValueError("it ends within an element")
        yield kind, body
        place += TAG + size + (0 if kind == COMPRESSED else -size % TAG)


def _array(body: memoryview) -> tuple[str, np.ndarray]:
    found = list(itertools.islice(_elements(body), PARTS))
    if len(found) != PARTS:
        raise ValueError(f"an array has {PARTS} parts, got {len(found)}")
    _, (_, sides), (_, name), (kind, numbers) = found
    shape = np.frombuffer(sides, dtype="<i4").tolist()
    if kind not in KINDS:
        raise ValueError(f"numbers of the kind {kind} are not read")
    flat = np.frombuffer(numbers, dtype=KINDS[kind])
    if min(shape, default=-1) < 0 or math.prod(shape) != flat.size:
        raise ValueError(f"{flat.size} numbers do not fill {len(shape)} sides")
    return bytes(name).decode("ascii"), flat.reshape(shape, order="F")
