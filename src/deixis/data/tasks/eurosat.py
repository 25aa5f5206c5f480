"""EuroSAT: satellite pictures of ten kinds of land (Helber et al., 2019)."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.data.tasks._folders import FolderTask
from deixis.data.tasks._task import TaskAbout


@final
@dataclass(frozen=True, kw_only=True)
class EuroSat(FolderTask):
    """Pictures in a folder a class."""

    about: ClassVar = TaskAbout(
        title="EuroSAT",
        asks="which of ten kinds of land a satellite sees",
        origin="https://github.com/phelber/EuroSAT (RGB)",
        licence="MIT",
        answers="choice",
        form="AnnualCrop, Forest … (a folder a class)",
        guess=0.1,
    )
