"""These benchmarks ask a task of `deixis.data.tasks` about whole pictures: each is a row."""

from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.data.tasks import PictureTask, TaskOptions, tasks
from deixis.evals.benchmark import About, Options, Query, RowBenchmark, Sample, Verdict
from deixis.evals.measure import ACCURACY, Measure
from deixis.evals.scores.short_answers import plain, read_yes_no, words
from deixis.evals.verdicts import SHORT_ANSWERS, by_number, by_words

NUM_PICTURES = 500  # of a task without an end
TOP5 = Measure(name="top-5 accuracy", numbers=("top5",), is_share=True)
CLASSES = (ACCURACY, TOP5)


def about_of(task: str, *, longest: int = 16) -> About:
    """A benchmark's card follows from its task's."""
    told = tasks.get(task).about
    return About(
        title=told.title,
        asks=told.asks,
        origin=told.origin,
        licence=told.licence,
        guess=told.guess,
        max_new_tokens=longest,
    )


@dataclass(frozen=True, kw_only=True)
class TaskBenchmark(RowBenchmark):
    """The samples are a task's; `name` is the task's name in its catalog."""

    name: ClassVar[str]
    part: ClassVar[str | None] = None  # the usual one; None: the task's own
    task: PictureTask

    @classmethod
    @override
    def of(cls, options: Options) -> "TaskBenchmark":
        kind = tasks.get(cls.name)
        if kind.about.form and options.num_pictures is not None:
            raise UsageError("the number of pictures is that of the files: use --limit instead")
        if not kind.about.form and options.data is not None:
            raise UsageError("this task draws its own pictures: leave --data out")
        number = options.num_pictures or NUM_PICTURES
        if options.num_pictures is not None and options.num_pictures < 1:
            raise UsageError(f"there is at least 1 picture, got {options.num_pictures}")
        task = kind.open(
            TaskOptions(
                data=options.data,
                split=options.split or cls.part,
                corruption=options.corruption,
                num=None if kind.about.form else number,
            )
        )
        return cls(task=task, skips_bad=options.skips_bad)

    @property
    @override
    def num_rows(self) -> int:
        return self.task.num_samples or 0

    @property
    @override
    def num_places(self) -> int:
        return self.num_rows

    @override
    def at(self, place: int) -> Sample | None:
        return next(iter(self.unless_bad(place)), None)

    @override
    def samples_of(self, row: int) -> list[Sample]:
        one = self.task.sample(row)
        sample = Sample(
            key=one.key,
            picture=one.picture,
            text=one.question,
            truth=(one.answer,),
            choices=one.choices,
            place=row,
        )
        return [sample]

    @override
    def question(self, sample: Sample) -> Query:
        return Query(image=self.task.image(sample.place), text=sample.text, regions={})


@dataclass(frozen=True, kw_only=True)
class ClassBenchmark(TaskBenchmark):
    """Classes are scored as answers."""

    measures: ClassVar[tuple[Measure, ...]] = CLASSES
    scores_choices: ClassVar = True

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        return by_choice(sample, answer)


@dataclass(frozen=True, kw_only=True)
class CountBenchmark(TaskBenchmark):
    """Numbers are compared as numbers: 13 is not 3."""

    measures: ClassVar = SHORT_ANSWERS

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        return by_number(sample, answer)


@dataclass(frozen=True, kw_only=True)
class YesNoBenchmark(TaskBenchmark):
    """The answer is yes or no; one that says neither is wrong and unread."""

    measures: ClassVar = (ACCURACY,)

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        said = read_yes_no(answer)
        is_right = said is (sample.truth[0] == "yes")
        read = {True: "yes", False: "no", None: None}[said]
        return Verdict(numbers={"right": float(is_right)}, read=read)


@dataclass(frozen=True, kw_only=True)
class OpenBenchmark(TaskBenchmark):
    """Choices are read where a sample has some, numbers or words otherwise."""

    measures: ClassVar = (ACCURACY,)
    scores_choices: ClassVar = True

    @override
    def score(self, sample: Sample, answer: str) -> Verdict:
        if sample.choices:
            return by_choice(sample, answer)
        if by_words(sample, answer).numbers["right"]:
            return by_words(sample, answer)
        return by_number(sample, answer)


def by_choice(sample: Sample, answer: str) -> Verdict:
    """The answer is right if its first line is the truth, or speaks of it and of no other
    choice; the truth is among the first five if it is among the first five lines.
    """
    lines = [plain(line) for line in answer.splitlines() if line.strip()]
    said = {plain(choice): choice for choice in sample.choices}
    first = said.get(lines[0]) if lines else None
    if first is None and len(lines) == 1:
        first = _spoken(lines[0], list(said), said)
    truth = plain(sample.truth[0])
    is_right = first is not None and plain(first) == truth
    numbers = {"right": float(is_right), "top5": float(is_right or truth in lines[:5])}
    return Verdict(numbers=numbers, read=first)


def _spoken(line: str, names: list[str], said: dict[str, str]) -> str | None:
    """A line speaks of this one choice; of two of which one contains the other, the longer
    counts.
    """
    spoken = f" {' '.join(words(line))} "
    found = [name for name in names if f" {' '.join(words(name))} " in spoken]
    longest = [n for n in found if not any(n != other and n in other for other in found)]
    return said[longest[0]] if len(longest) == 1 else None


def benchmark_of(
    task: str, kind: type[TaskBenchmark], *, part: str | None = None
) -> type[TaskBenchmark]:
    """A task becomes a benchmark that is scored as `kind` is; `part` is the usual one of its
    data.
    """
    name = "".join(word.title() for word in task.split("_"))
    told = {"name": task, "part": part, "about": about_of(task), "__doc__": about_of(task).title}
    return type(f"{name}Benchmark", (kind,), told)


BENCHMARKS = {
    "cifar10": benchmark_of("cifar10", ClassBenchmark),
    "cifar100": benchmark_of("cifar100", ClassBenchmark),
    "clevr_counts": benchmark_of("clevr_counts", CountBenchmark),
    "eurosat": benchmark_of("eurosat", ClassBenchmark),
    "hateful_memes": benchmark_of("hateful_memes", YesNoBenchmark),
    "imagenette": benchmark_of("imagenette", ClassBenchmark, part="val"),
    "json_rows": benchmark_of("json_rows", OpenBenchmark),
    "picture_folders": benchmark_of("folder", ClassBenchmark),
    "svhn": benchmark_of("svhn", ClassBenchmark),
}
