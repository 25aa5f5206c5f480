"""Your own questions are rows of JSON, each with a picture, a question and its answer."""

from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.untrusted_text import shown
from deixis.data.tasks.file_task import RowTask, folder_of, json_of, lines_of, missing, worse
from deixis.data.tasks.task import TaskAbout, TaskOptions, TaskSample


@final
@dataclass(frozen=True, kw_only=True)
class JsonRowsTask(RowTask):
    """`{"image": "a.png", "question": "…", "answer": "…", "choices": ["…"]}`; choices may be left
    out, then answers are matched as numbers or words.
    """

    about: ClassVar = TaskAbout(
        title="JSON rows",
        asks="what your rows ask",
        origin="your own",
        licence="your own",
        answers="choice",
        form="SPLIT.json (a list) or SPLIT.jsonl (a row a line), and the pictures beside it",
    )

    @classmethod
    @override
    def open(cls, options: TaskOptions) -> "JsonRowsTask":
        folder = folder_of(cls.about, options)
        part = options.split or "test"
        whole, lines = folder / f"{part}.json", folder / f"{part}.jsonl"
        if not whole.is_file() and not lines.is_file():
            raise missing(cls.about, folder, f"{whole.name!r} or {lines.name!r}")
        rows = json_of(whole) if whole.is_file() else lines_of(lines)
        if not isinstance(rows, list):
            raise UsageError(f"{whole} is a list of rows, got {type(rows).__name__}")
        return cls(
            folder=folder, rows=rows, pictures=folder, num=options.num, corruption=worse(options)
        )

    @override
    def sample(self, index: int) -> TaskSample:
        row = self.rows[index]
        choices = row.get("choices", []) if isinstance(row, dict) else []
        answer = self.text(index, "answer")
        is_list = isinstance(choices, list)
        if not is_list or not all(isinstance(one, str) and one.strip() for one in choices):
            raise self.bad(index + 1, f"'choices' is a list of texts, got {shown(choices)}")
        if choices and answer not in choices:
            raise self.bad(index + 1, f"the answer {shown(answer)} is not among its choices")
        return TaskSample(
            key=f"{self.folder.name}/{index}",
            picture=self.picture(index),
            question=self.text(index, "question"),
            answer=answer,
            choices=tuple(choices),
        )
