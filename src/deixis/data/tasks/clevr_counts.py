"""CLEVR's counts: how many objects are there? (Johnson et al., 2017)."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.untrusted_text import shown
from deixis.data.tasks.file_task import RowTask, folder_of, json_of, missing, part_of, worse
from deixis.data.tasks.task import TaskAbout, TaskOptions, TaskSample

QUESTION = "How many objects are there in this image? Answer with a single number."


@final
@dataclass(frozen=True, kw_only=True)
class ClevrCountsTask(RowTask):
    """The truth is how many objects a scene lists."""

    about: ClassVar = TaskAbout(
        title="CLEVR counts",
        asks="how many objects there are, 3 to 10",
        origin="https://cs.stanford.edu/people/jcjohns/clevr/",
        licence="CC-BY-4.0",
        answers="number",
        form="scenes/CLEVR_val_scenes.json and images/val (or train)",
        guess=1 / 8,
    )

    @classmethod
    @override
    def open(cls, options: TaskOptions) -> "ClevrCountsTask":
        folder = folder_of(cls.about, options)
        part = part_of(cls.about, options, ("val", "train"))
        file = folder / "scenes" / f"CLEVR_{part}_scenes.json"
        if not file.is_file():
            raise missing(cls.about, folder, repr(str(file.relative_to(folder))))
        found = json_of(file)
        scenes = found.get("scenes") if isinstance(found, dict) else None
        if not isinstance(scenes, list):
            raise missing(cls.about, folder, "list of scenes in its file")
        return cls(
            folder=folder,
            rows=scenes,
            pictures=folder / "images" / part,
            num=options.num,
            corruption=worse(options),
        )

    @override
    def picture(self, index: int) -> str:
        return self.text(index, "image_filename")

    @override
    def sample(self, index: int) -> TaskSample:
        objects = self.field(index, "objects")
        if not isinstance(objects, list):
            raise self.bad(index + 1, f"'objects' is a list, got {shown(objects)}")
        name = self.picture(index)
        return TaskSample(
            key=f"clevr_counts/{name}",
            picture=name,
            question=QUESTION,
            answer=str(len(objects)),
            topic="objects",
        )
