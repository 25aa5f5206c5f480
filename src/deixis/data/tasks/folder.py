"""Any pictures in a folder a class."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.data.tasks._folders import FolderTask
from deixis.data.tasks._task import TaskAbout


@final
@dataclass(frozen=True, kw_only=True)
class Folder(FolderTask):
    """Pictures in a folder a class."""

    about: ClassVar = TaskAbout(
        title="Folders of pictures",
        asks="which class a picture shows",
        origin="your own",
        licence="your own",
        answers="choice",
        form="a folder of pictures for each class",
    )
