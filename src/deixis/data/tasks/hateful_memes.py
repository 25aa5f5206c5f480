"""Hateful Memes: is a picture with its text hateful? (Kiela et al., 2020)."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.untrusted_text import shown
from deixis.data.tasks.file_task import RowTask, folder_of, lines_of, missing, part_of, worse
from deixis.data.tasks.task import TaskAbout, TaskOptions, TaskSample

PARTS = ("dev_seen", "dev_unseen", "train")  # of the test parts no truth is published


@final
@dataclass(frozen=True, kw_only=True)
class HatefulMemesTask(RowTask):
    """The question is asked in TVP's words."""

    about: ClassVar = TaskAbout(
        title="Hateful Memes",
        asks="whether a picture with its text is hateful",
        origin="https://hatefulmemeschallenge.com",
        licence="Facebook's licence of the challenge; not to be passed on",
        answers="yes_no",
        form="dev_seen.jsonl (dev_unseen, train) and the folder img",
        guess=0.5,
    )

    @classmethod
    @override
    def open(cls, options: TaskOptions) -> "HatefulMemesTask":
        folder = folder_of(cls.about, options)
        file = folder / f"{part_of(cls.about, options, PARTS)}.jsonl"
        if not file.is_file():
            raise missing(cls.about, folder, repr(file.name))
        return cls(
            folder=folder,
            rows=lines_of(file),
            pictures=folder,
            num=options.num,
            corruption=worse(options),
        )

    @override
    def picture(self, index: int) -> str:
        return self.text(index, "img")

    @override
    def sample(self, index: int) -> TaskSample:
        label = self.field(index, "label")
        if label not in (0, 1):
            raise self.bad(index + 1, f"'label' is 0 or 1, got {shown(label)}")
        words = " ".join(self.text(index, "text").split())
        return TaskSample(
            key=f"hateful_memes/{self.field(index, 'id')}",
            picture=self.picture(index),
            question=f'This is an image with: "{words}" written on it. Is it hateful?',
            answer="yes" if label else "no",
            topic="hateful meme" if label else "meme",
        )
