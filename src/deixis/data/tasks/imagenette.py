"""ImageNette: ten easy classes of ImageNet (Howard, 2019)."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.data.tasks._folders import FolderTask
from deixis.data.tasks._task import TaskAbout

SPOKEN = {
    "n01440764": "tench",
    "n02102040": "English springer",
    "n02979186": "cassette player",
    "n03000684": "chain saw",
    "n03028079": "church",
    "n03394916": "French horn",
    "n03417042": "garbage truck",
    "n03425413": "gas pump",
    "n03445777": "golf ball",
    "n03888257": "parachute",
}


@final
@dataclass(frozen=True, kw_only=True)
class Imagenette(FolderTask):
    """Pictures in a folder a class."""

    about: ClassVar = TaskAbout(
        title="ImageNette",
        asks="which of ten classes a photo shows",
        origin="https://github.com/fastai/imagenette",
        licence="Apache-2.0; the pictures keep ImageNet's terms",
        answers="choice",
        form="train or val with n01440764 … (--split train or val)",
        guess=0.1,
    )
    spoken: ClassVar = SPOKEN
