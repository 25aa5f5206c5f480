"""CIFAR-100: small photos of a hundred classes (Krizhevsky, 2009)."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.data.tasks._cifar import LICENCE, ORIGIN, CifarTask
from deixis.data.tasks._task import TaskAbout


@final
@dataclass(frozen=True, kw_only=True)
class Cifar100(CifarTask):
    """The binary version, its fine classes; the first of two labels is the coarse one."""

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
