"""CIFAR-10: small photos of ten classes (Krizhevsky, 2009)."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.data.tasks._cifar import LICENCE, ORIGIN, CifarTask
from deixis.data.tasks._task import TaskAbout


@final
@dataclass(frozen=True, kw_only=True)
class Cifar10(CifarTask):
    """The binary version; its pickles are not read."""

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
