"""Tuning with what is known of the pictures: told, drawn, or infused by a prompt that trains."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

import deixis as dx
from deixis.batch.extract import ExtractOptions, extract
from deixis.batch.plan import Pictures
from deixis.batch.runners import runner
from deixis.core import settings
from deixis.core.errors import SampleError, UsageError
from deixis.knowledge.network import NetworkConfig
from deixis.knowledge.prompt import PromptConfig
from deixis.knowledge.saved import load_prompt
from deixis.knowledge.tuning import (
    KnowledgeOptions,
    KnowledgeTuningOptions,
    KnownConversations,
    known,
    with_knowledge,
)
from deixis.marks.tagging import draw_tagged
from deixis.models.load_by_name import load
from deixis.sources import KnowledgeSource, Looking, SourceOptions
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.conversations import read_conversations
from deixis.train.mark_source import marked
from deixis.train.run import run
from tests.train.rows import CUP, more_turns, row, write_rows

CONFIG = RunConfig(steps=3, batch_size=2, optim=OptimConfig(lr=1e-1), log_every=1, precision="fp32")
PROMPT = PromptConfig(encoder="own", network=NetworkConfig(hidden=5))
ASKS = more_turns("What is {it}?\n<image>", "A cup.")


@pytest.fixture
def notes(tmp_path):
    """A file of notes on the three pictures of the rows."""
    lines = []
    for i in range(3):
        name = row(i)["image"]
        box = {"kind": "box", "box": [1, 1, 9, 8], "label": "cat"}
        lines.append(json.dumps({"image": name, "regions": {"a": box}}))
    (tmp_path / "notes.jsonl").write_text("\n".join(lines) + "\n")
    return f"regions:{tmp_path / 'notes.jsonl'}"


@pytest.fixture
def source(tmp_path):
    rows = [row(0), row(1, conversations=ASKS, regions={"it": CUP}), row(2)]
    return read_conversations(*write_rows(tmp_path, rows))


def options(form, notes, **more):
    chosen = KnowledgeOptions(form=form, sources=(notes,), prompt=PROMPT)
    return KnowledgeTuningOptions(knowledge=chosen, **more)


def test_notes_come_with_the_examples_and_draw_nothing(source, notes):
    with_notes = known(source, (notes,))
    for index in range(3):
        plain = source.example(index, np.random.default_rng(5))
        opened = with_notes.example(index, np.random.default_rng(5))
        assert [[note.label for note in of_one] for of_one in opened.notes] == [["cat"]]
        assert replace(opened, notes=()) == plain


def seen(source, index, generator):
    """An example with its picture before marks."""
    return source.seen(source.told(index, generator), generator)


def test_notes_are_those_of_the_picture_before_marks(source, notes):
    both = known(marked(source), (notes,))
    opened = both.example(1, np.random.default_rng(5))
    assert opened == replace(seen(marked(source), 1, np.random.default_rng(5)), notes=opened.notes)
    assert [[note.label for note in of_one] for of_one in opened.notes] == [["cat"]]


class Remembering(KnowledgeSource):
    """A source that keeps what it is shown."""

    record = {"source": "remembering"}

    def __init__(self):
        self.seen = []

    @classmethod
    def of(cls, argument, options):
        return cls()

    def look(self, image):
        self.seen.append(image)
        return []


def looked(source, looks):
    looking = Looking(names=(looks,))
    return KnownConversations(source=source, looking=looking, file=source.file, bad=source.bad)


def test_a_picture_is_decoded_once_for_its_notes_and_its_turn(source):
    looks = Remembering()
    opened = looked(source, looks).example(0, np.random.default_rng(0))
    assert looks.seen == [opened.images[0]]
    assert looks.seen[0] is opened.images[0]
    opened = looked(marked(source), looks).example(1, np.random.default_rng(0))
    assert looks.seen[1] is opened.unmarked
    assert opened.unmarked != opened.images[0]


def test_the_picture_without_marks_is_kept_only_for_those_who_look(source):
    drawn = marked(source)
    told = drawn.told(1, np.random.default_rng(0))
    plain, seen = (way(told, np.random.default_rng(0)) for way in (drawn.opened, drawn.seen))
    assert plain.unmarked is None
    assert seen.unmarked is not None
    assert plain.images == seen.images


def pair(tmp_path):
    """A turn about two pictures, a dog on the first and a sign on the second."""
    two = row(0, image=[row(0)["image"], row(1)["image"]])
    two["conversations"][0]["value"] = "<image>\n<image>\nWhat is here?"
    found = ({"label": "dog"}, {"label": "dog", "text": "EXIT"})
    lines = [
        json.dumps(
            {
                "image": row(i)["image"],
                "regions": {"a": {"kind": "box", "box": [1, 1, 9, 8], **said}},
            }
        )
        for i, said in enumerate(found)
    ]
    (tmp_path / "notes.jsonl").write_text("\n".join(lines) + "\n")
    both = read_conversations(*write_rows(tmp_path, [two, row(1)]))
    return known(both, (f"regions:{tmp_path / 'notes.jsonl'}",))


def test_what_is_told_of_several_pictures_says_which(tmp_path):
    source = pair(tmp_path)
    task = with_knowledge(
        load("tiny:llava"), source, options("told", "regions:x", parts=("projector",))
    )
    opened = source.example(0, np.random.default_rng(0))
    question = task.example(opened).question
    first, _, asked = question.text.partition("\n")
    assert first == (
        'Objects in picture 1: 1 "dog" at (0.17, 0.19). '
        'Objects in picture 2: 1 "dog" at (0.17, 0.18). Text in picture 2: "EXIT".'
    )
    assert asked == opened.turn.text
    assert (question.pictures, question.notes) == (opened.images, ())


def test_what_is_drawn_on_several_pictures_has_a_number_each(tmp_path):
    source = pair(tmp_path)
    task = with_knowledge(
        load("tiny:llava"), source, options("drawn", "regions:x", parts=("projector",))
    )
    opened = source.example(0, np.random.default_rng(0))
    question = task.example(opened).question
    assert question.text.startswith('Marked in the picture: 1: "dog"; 2: "dog", text "EXIT".\n')
    shown = zip("12", opened.images, opened.notes, strict=True)
    assert question.pictures == tuple(
        draw_tagged(image, [(number, note)]) for number, image, (note,) in shown
    )


def test_what_is_infused_in_several_pictures_is_that_of_each(tmp_path):
    source = pair(tmp_path)
    task = with_knowledge(load("tiny:llava"), source, options("infused", "regions:x"))
    opened = source.example(0, np.random.default_rng(0))
    question = task.example(opened).question
    assert question.notes == opened.notes
    assert [[note.text for note in own] for own in question.notes] == [[None], ["EXIT"]]


def test_a_prompt_that_was_trained_from_a_store_looks_at_any_picture(source, notes, tmp_path):
    pictures = Pictures(paths={row(i)["image"]: source.turns[i].pictures[0] for i in range(3)})
    extracting = ExtractOptions(sources=(notes,))
    list(extract(pictures, tmp_path / "store", extracting, runner("pool", 1)))
    store = f"store:{tmp_path / 'store'}"
    task = with_knowledge(
        load("tiny:llava"), source, options("infused", store, parts=("knowledge",))
    )
    task.save(tmp_path / "model")
    assert load_prompt(tmp_path / "model", load("tiny:llava")).trained.sources == (notes,)


def test_what_is_asked_of_sources_reaches_them(source, notes):
    chosen = settings.override(
        KnowledgeTuningOptions(),
        ["knowledge.form=told", "knowledge.looking.least_score=0.5"],
    )
    assert chosen.knowledge.looking == SourceOptions(least_score=0.5)
    looking = known(source, (notes,), chosen.knowledge.looking).looking
    assert looking.options == SourceOptions(least_score=0.5)


def test_a_picture_without_notes_names_its_row(source, notes, tmp_path):
    text = (tmp_path / "notes.jsonl").read_text().splitlines()
    (tmp_path / "notes.jsonl").write_text("\n".join(text[:2]) + "\n")
    with pytest.raises(SampleError, match="row 3"):
        known(source, (notes,)).example(2, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("form", "begin"),
    [
        ("told", 'Objects in the picture: 1 "cat" at ('),
        ("drawn", 'Marked in the picture: 1: "cat".'),
    ],
)
def test_told_and_drawn_knowledge_stands_before_the_question(form, begin, source, notes):
    task = with_knowledge(load("tiny:llava"), source, options(form, notes))
    opened = known(source, (notes,)).example(0, np.random.default_rng(0))
    example = task.example(opened)
    assert example.question.text.startswith(begin)
    assert example.answer == opened.turn.answer
    assert (example.question.pictures[0] != opened.images[0]) == (form == "drawn")


def test_a_prompt_trains_alone_is_saved_alone_and_answers_the_same(source, notes, tmp_path):
    task = with_knowledge(
        load("tiny:llava"), known(source, (notes,)), options("infused", notes, parts=("knowledge",))
    )
    before = {name: p.clone() for name, p in task.tuned.named_parameters()}
    run(task, CONFIG, tmp_path / "run")
    assert all(torch.equal(before[name], p) for name, p in task.tuned.named_parameters())
    folder = tmp_path / "run" / "model"
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md",
        "knowledge.json",
        "knowledge.safetensors",
    ]
    again = dx.load("tiny:llava", knowledge=folder)  # its own source looks
    image = source.example(0, np.random.default_rng(0)).images[0]
    opened = known(source, (notes,)).example(0, np.random.default_rng(0))
    question = task.example(opened).question
    answer = again.ask(image, question.text)
    assert answer.sent.notes == question.notes
    assert answer.text == task.model.generate([question])[0].text


def test_lora_and_prompt_train_together(source, notes, tmp_path):
    task = with_knowledge(
        load("tiny:llava"),
        known(source, (notes,)),
        options("infused", notes, parts=("lora", "knowledge")),
    )
    run(task, CONFIG, tmp_path / "run")
    folder = tmp_path / "run" / "model"
    assert (folder / "adapter_model.safetensors").is_file()
    assert (folder / "knowledge" / "knowledge.safetensors").is_file()


def test_a_prompt_has_a_rate_of_its_own(source, notes):
    chosen = replace(options("infused", notes).knowledge, lr=3e-3)
    task = with_knowledge(
        load("tiny:llava"),
        source,
        KnowledgeTuningOptions(knowledge=chosen, parts=("projector", "knowledge")),
    )
    shares = {group.lr_share for group in task.parameter_groups(OptimConfig(lr=1e-3))}
    assert shares == {1.0, 3.0}


def test_settings_reach_the_prompt():
    chosen = settings.override(
        KnowledgeTuningOptions(),
        [
            "knowledge.form=infused",
            "knowledge.sources=store:a,rapidocr",
            "knowledge.prompt.network.hidden=7",
            "knowledge.prompt.merge=concat",
        ],
    )
    assert chosen.knowledge.sources == ("store:a", "rapidocr")
    assert chosen.knowledge.prompt.network.hidden == 7
    again = settings.from_record(KnowledgeTuningOptions, settings.to_record(chosen))
    assert again == chosen


@pytest.mark.parametrize(
    ("form", "parts", "message"),
    [
        ("told", ("knowledge",), "set knowledge.form to infused"),
        ("infused", ("lora", "vision"), "only projector and knowledge train"),
    ],
)
def test_parts_that_cannot_be_are_told(form, parts, message, source, notes):
    with pytest.raises(UsageError, match=message):
        with_knowledge(load("tiny:llava"), source, options(form, notes, parts=parts))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"form": "said"}, "none, infused, told, drawn"),
        ({"sources": ("rapidocr",)}, "set knowledge.form"),
        ({"form": "told", "lr": 0.0}, "above 0"),
    ],
)
def test_options_that_cannot_be_are_told(more, message):
    with pytest.raises(UsageError, match=message):
        KnowledgeOptions(**more)
