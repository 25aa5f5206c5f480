"""A pixel prompt against other ways to teach one model the same examples: words that are chosen,
words that are learned, and adapters.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import final

import torch
from safetensors import safe_open

from deixis.ask.loading import load
from deixis.ask.model import Model
from deixis.core import markdown
from deixis.core.answer_store import Answers
from deixis.core.files import make_folder, write_bytes, write_text
from deixis.core.ordering import batches
from deixis.core.progress import Reporter, Silent
from deixis.data.tasks import PictureTask, TaskOptions, tasks
from deixis.evals.benchmarks import Benchmark, Sample, benchmarks
from deixis.evals.folder import ANSWERS
from deixis.evals.results import Row
from deixis.evals.run import Exam, chosen, run
from deixis.models.interface import Example, Question
from deixis.models.learned_words import load_words, speaking
from deixis.pixel.card import Gain
from deixis.pixel.saved import load_prompt
from deixis.pixel.transfer import gain_of
from deixis.pixel.transfer_matrix import asked_of, limited
from deixis.train.metrics import read_metrics
from deixis.train.recipe import Recipe, home_of, recipes, trained

BATCH = 32  # questions at once
ADAPTER = "adapter_model.safetensors"
RECORD, PAGE = "rivals.json", "README.md"
# said instead of the task's own words, where those are the same for every picture
WORDINGS = (
    "What is the largest thing in the picture?",
    "What is this?",
    "Name the thing.",
    "The picture shows a",
)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class RivalSettings:
    """All learn from the first `num` samples of the task, in the same order, for as many steps."""

    task: str
    model: str
    num: int = 960
    steps: int = 240
    limit: int = 300
    wordings: tuple[str, ...] = WORDINGS
    prompts: tuple[str, ...] = ()  # settings of the prompt's run
    soft_words: tuple[str, ...] = ()  # of the learned words' run
    adapters: tuple[str, ...] = ()  # of the adapters' run
    data: Path | None = None  # the task's files, where it has some
    recipe: str = "pixel"  # of the prompt's run
    soft_recipe: str = "soft_words"  # of the learned words' run

    def __post_init__(self) -> None:
        tasks.get(self.task)
        prompt_recipe(self)  # what is wrong is told before minutes of training
        words_recipe(self)
        adapter_recipe(self, Path())


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Rival:
    """A way, what it brought on pictures that none has seen, and what it took: numbers that are
    learned, seconds of learning, the words that are asked with.
    """

    name: str
    gain: Gain
    num_learned: int
    seconds: float
    words: str = ""


def compared(
    settings: RivalSettings, folder: Path, *, reporter: Reporter | None = None
) -> tuple[Rival, ...]:
    """Learn in every way what is not there yet, and ask; `folder` keeps runs and answers."""
    reporter = reporter or Silent()
    plain = load(settings.model, batch_size=BATCH)
    task = tasks.get(settings.task).open(
        TaskOptions(data=settings.data, split="train", num=settings.num)
    )
    weights = plain.vlm.weights_digest()
    prompt = _run(folder, "frame", prompt_recipe(settings), weights, reporter)
    soft = _run(folder, "soft-words", words_recipe(settings), weights, reporter)
    data = written(task, settings.num, folder / "data" / f"{settings.task}-{settings.num}")
    adapter = _run(folder, "lora", adapter_recipe(settings, data), weights, reporter)
    words = best_words(plain, task, settings)
    benchmark = benchmarks.get(settings.task).of(
        asked_of(settings.task, settings.limit, settings.data)
    )
    asking = limited(settings.task, settings.limit)
    with Answers(folder / ANSWERS) as answers:

        def asked(model: Model, text: str = "") -> Sequence[Row]:
            samples = _said(benchmark, text)
            exam = Exam(model=model, benchmark=benchmark, answers=answers)
            return run(exam, asking, samples=chosen(iter(samples), asking)).rows

        before = asked(plain)

        def rival(
            name: str, rows: Sequence[Row], num: int, seconds: float, said: str = ""
        ) -> Rival:
            reporter.say(name)
            gain = gain_of(settings.task, settings.model, before, rows)
            return Rival(name=name, gain=gain, num_learned=num, seconds=seconds, words=said)

        saved = load_prompt(prompt)
        tuned = load(settings.model, batch_size=BATCH, adapter=adapter)
        reader = speaking(plain.vlm, settings.model)
        learned = load_words(soft, reader)
        return (
            rival("words", asked(plain, words.text), 0, words.seconds, words.text),
            rival(
                "frame",
                asked(plain.with_pixel(saved.prompt)),
                saved.prompt.num_trained,
                seconds_of(prompt),
            ),
            rival(
                "soft words",
                asked(Model(reader.with_words(learned))),
                learned.vectors.numel(),
                seconds_of(soft),
            ),
            rival("LoRA", asked(tuned), numbers_in(adapter / ADAPTER), seconds_of(adapter)),
        )


def prompt_recipe(settings: RivalSettings) -> Recipe:
    """TVP's frame."""
    told = [
        *settings.prompts,
        *(f"task.sources={settings.model}", f"task.task={settings.task}"),
        *([f"task.data={settings.data}"] if settings.data else []),
        *(f"task.num={settings.num}", f"steps={settings.steps}"),
    ]
    return recipes.get(settings.recipe).with_settings(told)


def words_recipe(settings: RivalSettings) -> Recipe:
    """Prompt tuning, on the same samples as the frame in the same order."""
    frame, soft = prompt_recipe(settings), recipes.get(settings.soft_recipe)
    told = [
        *settings.soft_words,
        *(f"task.model={settings.model}", f"task.task={settings.task}"),
        *([f"task.data={settings.data}"] if settings.data else []),
        *(f"task.num={settings.num}", f"steps={settings.steps}"),
    ]
    return replace(
        soft,
        config=replace(frame.config, optim=soft.config.optim),
        options=replace(soft.options, num_held_out=frame.options.num_held_out),
    ).with_settings(told)


def adapter_recipe(settings: RivalSettings, data: Path) -> Recipe:
    """LoRA adapters of the language side, on the same samples as the frame in the same order."""
    frame, lora = prompt_recipe(settings).config, recipes.get("lora")
    return replace(
        lora,
        config=replace(
            lora.config, batch_size=frame.batch_size, seed=frame.seed, precision=frame.precision
        ),
        options=replace(lora.options, data=data / "data.json", images=data, model=settings.model),
    ).with_settings([*settings.adapters, f"steps={settings.steps}"])


def written(task: PictureTask, num: int, folder: Path) -> Path:
    """The samples as anyone's data: pictures, and conversations that name them, written last."""
    file = folder / "data.json"
    make_folder(folder)
    if file.is_file():
        return folder
    rows = []
    for index in range(num):
        sample = task.sample(index)
        write_bytes(folder / f"{index}.png", task.image(index).png())
        turns = (("human", f"<image>\n{sample.question}"), ("gpt", sample.answer))
        said = [{"from": who, "value": text} for who, text in turns]
        rows.append({"id": sample.key, "image": f"{index}.png", "conversations": said})
    write_text(file, json.dumps(rows, ensure_ascii=False))
    return folder


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    text: str
    seconds: float


@torch.no_grad()
def best_words(model: Model, task: PictureTask, settings: RivalSettings) -> _Words:
    """Of the wordings and the task's own the one under which the samples' answers are likeliest;
    its own (empty) where each picture is asked something else.
    """
    begun = time.process_time()
    samples = [task.sample(index) for index in range(settings.num)]
    if len({sample.question for sample in samples}) > 1:
        return _Words(text="", seconds=0.0)
    losses: dict[str, float] = {}
    for words in ("", *settings.wordings):
        examples = [
            Example(
                question=Question(pictures=(task.image(i),), text=words or sample.question),
                answer=sample.answer,
            )
            for i, sample in enumerate(samples)
        ]
        losses[words] = sum(
            float(model.vlm.loss(some)) * len(some) for some in batches(examples, BATCH)
        )
    best = min(losses, key=lambda words: losses[words])
    return _Words(text=best, seconds=time.process_time() - begun)


def seconds_of(model: Path) -> float:
    """How long a run took, by its last measurement."""
    return float(read_metrics(model.parent / "metrics.jsonl")[-1]["seconds"])


def numbers_in(file: Path) -> int:
    """How many numbers a file of weights holds."""
    with safe_open(file, framework="pt") as opened:
        return sum(int(opened.get_tensor(name).numel()) for name in opened.keys())  # noqa: SIM118


def write_rivals(
    found: Sequence[Rival], settings: RivalSettings, folder: Path, *, command: str
) -> None:
    """README.md and rivals.json."""
    record = {"settings": asdict(settings), "rivals": [asdict(one) for one in found]}
    write_text(folder / RECORD, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    rows = "\n".join(
        f"| {markdown.words(one.name)} | {one.num_learned:,} | {one.seconds:.0f} | "
        f"{one.gain.before:.1f} | {one.gain.after:.1f} | "
        f"{one.gain.change:+.1f} ({one.gain.low:+.1f} to {one.gain.high:+.1f}) |"
        for one in found
    )
    said = next((one.words for one in found if one.words), "the task's own")
    lines = [
        f"# Ways to teach {markdown.words(settings.model)} {markdown.words(settings.task)}",
        "",
        f"{settings.num} samples of the training part, {settings.steps} steps for what is trained, "
        f"{settings.limit} questions that no way has seen; per cent right, and points against the "
        "model as it is (95 %, paired, clustered by picture). One seed.",
        "",
        "| way | numbers learned | seconds | without | with | change |",
        "| --- | --- | --- | --- | --- | --- |",
        rows,
        "",
        f"The words were chosen among {len(settings.wordings) + 1} by the loss on the same "
        f"samples: {markdown.words(said)}",
        "",
        markdown.block(command),
        "",
    ]
    write_text(folder / PAGE, "\n".join(lines))


def _run(folder: Path, name: str, recipe: Recipe, weights: str, reporter: Reporter) -> Path:
    reporter.say(name)
    return trained(recipe, home_of(recipe, folder, name, weights), reporter)


def _said(benchmark: Benchmark, text: str) -> list[Sample]:
    return [replace(one, text=text or one.text) for one in benchmark.samples()]
