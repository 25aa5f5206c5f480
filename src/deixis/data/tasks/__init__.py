"""Tasks about whole pictures, each with a known answer: what a pixel prompt is learned for."""

from deixis.core.catalog import Catalog
from deixis.data.tasks._corrupted import STRENGTHS, Corruption, corrupted
from deixis.data.tasks._task import PictureTask, TaskAbout, TaskOptions, TaskSample

tasks: Catalog[PictureTask] = Catalog(
    kind="task", package="deixis.data.tasks", group="deixis.tasks", interface=PictureTask
)

__all__ = [
    "STRENGTHS",
    "Corruption",
    "PictureTask",
    "TaskAbout",
    "TaskOptions",
    "TaskSample",
    "corrupted",
    "tasks",
]
