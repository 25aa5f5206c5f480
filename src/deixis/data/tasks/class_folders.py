"""The pictures of these tasks lie in a folder a class: EuroSAT, ImageNette, and any of your own."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.data.tasks.file_task import PICTURES, FileTask, folder_of, missing, worse
from deixis.data.tasks.task import PHOTO, TaskAbout, TaskOptions, TaskSample

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


@dataclass(frozen=True, kw_only=True)
class FolderTask(FileTask):
    """The classes are the folders' names, said with blanks; classes take turns, so that the first
    so many pictures are of all of them.
    """

    spoken: ClassVar[Mapping[str, str]] = {}  # other words for a folder's name
    pictures: tuple[str, ...]
    names: tuple[str, ...]

    @classmethod
    @override
    def open(cls, options: TaskOptions) -> "FolderTask":
        folder = folder_of(cls.about, options)
        if options.split is not None:
            if not (folder / options.split).is_dir():
                raise missing(cls.about, folder, f"folder {options.split!r}")
            folder = folder / options.split
        found = {path.name: _pictures(path) for path in sorted(folder.iterdir()) if path.is_dir()}
        classes = {name: files for name, files in found.items() if files}
        if len(classes) < 2:
            raise UsageError(
                f"{folder} holds pictures of {len(classes)} classes: {cls.about.title} needs "
                f"{cls.about.form}"
            )
        if len({cls.said(name) for name in classes}) < len(classes):
            raise UsageError(
                f"two of {folder}'s classes are said in the same words: {', '.join(classes)}"
            )
        most = max(map(len, classes.values()))
        turns = [
            files[turn] for turn in range(most) for files in classes.values() if turn < len(files)
        ]
        return cls(
            folder=folder,
            pictures=tuple(turns),
            names=tuple(cls.said(name) for name in classes),
            num=options.num,
            corruption=worse(options),
        )

    @property
    @override
    def total(self) -> int:
        return len(self.pictures)

    @override
    def sample(self, index: int) -> TaskSample:
        name = self.pictures[index]
        said = self.said(name.partition("/")[0])
        return TaskSample(
            key=f"{self.folder.name}/{name}",
            picture=name,
            question=PHOTO,
            answer=said,
            choices=self.names,
            topic=said,
        )

    @override
    def clean(self, index: int) -> Image:
        return self.opened(self.pictures[index], self.pictures[index])

    @classmethod
    def said(cls, folder: str) -> str:
        """A class is said in words: "AnnualCrop" and "annual_crop" are "annual crop"."""
        if folder in cls.spoken:
            return cls.spoken[folder]
        apart = "".join(
            f" {letter}" if letter.isupper() and before.islower() else letter
            for before, letter in zip(" " + folder, folder, strict=False)
        )
        return " ".join(apart.replace("_", " ").replace("-", " ").lower().split())


def _pictures(folder: Path) -> list[str]:
    """A folder's pictures are named as from the folder above."""
    files = (path for path in sorted(folder.iterdir()) if path.suffix.lower() in PICTURES)
    return [f"{folder.name}/{path.name}" for path in files]


@final
@dataclass(frozen=True, kw_only=True)
class EuroSatTask(FolderTask):
    """Pictures of the land lie in a folder a class."""

    about: ClassVar = TaskAbout(
        title="EuroSAT",
        asks="which of ten kinds of land a satellite sees",
        origin="https://github.com/phelber/EuroSAT (RGB)",
        licence="MIT",
        answers="choice",
        form="AnnualCrop, Forest … (a folder a class)",
        guess=0.1,
    )


@final
@dataclass(frozen=True, kw_only=True)
class ImagenetteTask(FolderTask):
    """Photos lie in a folder a class, which is named by ImageNet's id."""

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


@final
@dataclass(frozen=True, kw_only=True)
class OwnFoldersTask(FolderTask):
    """Any pictures in a folder a class make a task."""

    about: ClassVar = TaskAbout(
        title="Folders of pictures",
        asks="which class a picture shows",
        origin="your own",
        licence="your own",
        answers="choice",
        form="a folder of pictures for each class",
    )


TASKS = {"eurosat": EuroSatTask, "folder": OwnFoldersTask, "imagenette": ImagenetteTask}
