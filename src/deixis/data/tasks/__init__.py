"""Tasks ask about whole pictures, each with a known answer: pixel prompts are learned for them."""

from deixis.core.catalog import Catalog
from deixis.data.tasks.corruption import STRENGTHS, Corruption, corrupted
from deixis.data.tasks.task import PHOTO, PictureTask, TaskAbout, TaskOptions, TaskSample

tasks: Catalog[PictureTask] = Catalog(
    kind="task",
    package="deixis.data.tasks",
    group="deixis.tasks",
    interface=PictureTask,
    elsewhere={"scenes_": "deixis-lab"},
    rows=dict.fromkeys(("cifar10", "cifar100"), "cifar:TASKS")
    | dict.fromkeys(("eurosat", "folder", "imagenette"), "class_folders:TASKS"),
    besides=("corruption", "file_task", "task"),
)

__all__ = [
    "PHOTO",
    "STRENGTHS",
    "Corruption",
    "PictureTask",
    "TaskAbout",
    "TaskOptions",
    "TaskSample",
    "corrupted",
    "tasks",
]
