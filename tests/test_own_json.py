"""No record of ours, however it was spoilt, is more than a mistake that is told."""

import dataclasses
import json
from random import Random

import numpy as np
import pytest

from deixis.ask.sent import Sent
from deixis.batch.plan import planned, read_plan
from deixis.core import region_json
from deixis.core.answer_store import Answers, KeptAnswer
from deixis.core.errors import DeixisError
from deixis.core.image import Image
from deixis.core.region import Region, box, ellipse, point, polygon, stroke
from deixis.core.settings import from_record, to_record
from deixis.core.size import Size
from deixis.core.transform import identity
from deixis.encodings import Frame
from deixis.evals.figures import Figure
from deixis.evals.report import QuestionCounts, Report
from deixis.evals.results import Row, load_rows, save_rows
from deixis.knowledge.network import NetworkConfig
from deixis.knowledge.prompt import PromptConfig
from deixis.knowledge.saved import Trained, new_prompt
from deixis.knowledge.saved import load_prompt as load_knowledge
from deixis.knowledge.saved import save_prompt as save_knowledge
from deixis.marks import mark_json
from deixis.marks.mark import Mark
from deixis.marks.style import Style
from deixis.models.interface import Completion, Generation
from deixis.models.learned_words import load_words, new_words, save_words
from deixis.models.load_by_name import load
from deixis.pixel.card import Card, Exported, Gain, PromptSource, Quantised, page
from deixis.pixel.prompts import Layout, build
from deixis.pixel.saved import load_prompt, save_prompt
from deixis.priors.candidates import read_candidates
from deixis.priors.ranking import EntityRank, Ranking, load_ranking, save_ranking
from deixis.priors.ranks_and_answers import (
    AskedEntity,
    Joined,
    load_joined,
    read_frequencies,
    save_joined,
)
from deixis.priors.ranks_and_answers import JudgedAnswer as TrialAnswer
from deixis.remote.journal import Journal
from deixis.train.config import RunConfig
from tests.mutated_json import mutant

NUM_MUTANTS = 200
KEY = "ab" * 32
PICTURE = Image(pixels=np.zeros((6, 8, 3), np.uint8))
LEAST = Image(pixels=np.zeros((64, 64, 3), np.uint8))


def rewritten(file):
    """Puts a text into a file, half letters too."""
    return lambda text: file.write_bytes(text.encode("utf-8", "surrogatepass"))


def sent_json(folder):
    sent = Sent(
        model="tiny:llava",
        dialect="permille",
        frames=(Frame(image=PICTURE, transform=identity(PICTURE.size)),),
        text="Is it?",
        system=None,
        settings=Generation(stop=("x",), seed=3),
        loaded={"dtype": "float32"},
        software={"torch": "2"},
        notes=((box(0, 0, 2, 2, label="a"),),),
    )
    file = folder / "sent.json"
    sent.save(file)

    def read():
        Sent.load(file).save(folder / "again.json")
        assert Sent.load(folder / "again.json").frames[0].image.size == PICTURE.size

    return json.loads(sent.to_json()), rewritten(file), read


def region_record(folder):
    regions = [
        box(0, 0, 3, 4, label="a"),
        ellipse(3, 3, 2, 1).named(text="b"),
        point(1, 2),
        polygon([(0, 0), (4, 0), (4, 4)]),
        Region(shape=polygon([(0, 0), (4, 0), (4, 4)]).mask(Size(width=8, height=8))),
        stroke([(0, 0), (3, 3)], width=2),
    ]
    file = folder / "region.json"

    def read():
        told = json.loads(file.read_bytes().decode("utf-8", "surrogatepass"))
        for one in told if isinstance(told, list) else [told]:
            region_json.dumps(region_json.from_record(one))

    return [region_json.to_record(one) for one in regions], rewritten(file), read


def mark_record(folder):
    mark = Mark(shape="arrow", region=box(0, 0, 4, 4), style=Style())
    file = folder / "mark.json"

    def read():
        text = file.read_bytes().decode("utf-8", "surrogatepass")
        mark_json.dumps(mark_json.loads(text))

    return mark_json.to_record(mark), rewritten(file), read


def pixel_card(folder):
    gain = Gain(model="a", benchmark="b", num_questions=3, before=1.0, after=2.0, low=0.0, high=3.0)
    card = Card(
        sources=(PromptSource(model="a", preparation={"x": "y"}),),
        task="t",
        steps=3,
        seed=1,
        settings={"a": 1},
        gains=(gain,),
        quantised=Quantised(outside=0.1, error=0.2),
        exported=Exported(file="x.png", outside=0.1, error=0.1, pixels=0.1),
    )
    save_prompt(build("frame", Layout(side=16, width=2)), card, folder)
    file = folder / "pixel.json"

    def read():
        saved = load_prompt(folder)
        page(saved.prompt, saved.card)
        save_prompt(saved.prompt, saved.card, folder / "again")

    return json.loads(file.read_text()), rewritten(file), read


def knowledge_config(folder):
    model = load("tiny:llava")
    width = model.vision_tokens([LEAST])[0].tokens.shape[1]
    config = PromptConfig(encoder="own", network=NetworkConfig(hidden=5))
    trained = Trained(model="tiny:llava", sources=("a",), steps=4)
    save_knowledge(new_prompt(config, model, tokens=width), folder, trained)
    file = folder / "knowledge.json"
    return (
        json.loads(file.read_text()),
        rewritten(file),
        lambda: load_knowledge(folder, model),
    )


def learned_words(folder):
    model = load("tiny:llava")
    save_words(new_words(model, "the picture", 2), model, folder)
    file = folder / "words.json"
    return json.loads(file.read_text()), rewritten(file), lambda: load_words(folder, model)


def run_settings(folder):
    file = folder / "config.json"

    def read():
        to_record(from_record(RunConfig, json.loads(file.read_text("utf-8", "surrogatepass"))))

    return to_record(RunConfig()), rewritten(file), read


def eval_rows(folder):
    row = Row(
        key="k",
        picture="p",
        asks="a",
        truth=("x", "y"),
        numbers={"right": 1.0},
        grades=(1.0, None),
    )

    def write(text):
        rewritten(folder / "results.jsonl")(f"{text}\n")

    return (
        json.loads(json.dumps(dataclasses.asdict(row))),
        write,
        lambda: save_rows(folder, load_rows(folder)),
    )


def eval_report(folder):
    figure = Figure(
        measure="right",
        part="all",
        value=50.0,
        low=40.0,
        high=float("nan"),
        method="bootstrap",
        num_questions=2,
        num_pictures=2,
    )
    counts = QuestionCounts(**{one.name: 1 for one in dataclasses.fields(QuestionCounts)})
    report = Report(
        benchmark="pope",
        options={"split": "random", "limit": None},
        model="nano",
        encoding="said",
        dialect="permille",
        judge=None,
        who={"name": "nano"},
        settings={"seed": 3, "stop": []},
        counts=counts,
        figures=(figure,),
        bounds=(0.0, 1.0),
        judge_means=(float("nan"),),
    )
    report.save(folder)
    file = folder / "report.json"

    def read():
        loaded = Report.load(folder)
        assert loaded.headline.measure is not None
        loaded.save(folder)

    return json.loads(file.read_text()), rewritten(file), read


def ranks(folder):
    numbers = dict.fromkeys(("mean", "median", "reciprocal", "normalised", "low", "high"), 0.5)
    entity = EntityRank(name="a", band="low", quarter="1", ranks=(1.0, 2.5), **numbers)
    ranking = Ranking(
        encoder={"name": "x"},
        by="names",
        num_candidates=3,
        digest="d",
        templates=("a {}",),
        entities=(entity,),
        left_out=(),
    )
    file = save_ranking(ranking, folder)
    return (
        json.loads(file.read_text()),
        rewritten(file),
        lambda: save_ranking(load_ranking(folder), folder),
    )


def joined_report(folder):
    ranks(folder)
    ranking = load_ranking(folder)
    answer = TrialAnswer(picture="p", kind="k", is_right=True)
    asked = AskedEntity(name="a", answers=(answer,), size=0.5, frequency=None)
    save_joined(Joined(ranking=ranking, model="m", asked=(asked,)), folder)
    file = folder / "entities.json"
    return (
        json.loads(file.read_text()),
        rewritten(file),
        lambda: save_joined(load_joined(folder), folder),
    )


def frequencies(folder):
    file = folder / "counts.json"
    return {"cat": 3, "dog": 4.5}, rewritten(file), lambda: read_frequencies(file)


def candidates(folder):
    file = folder / "names.json"
    return ["cat", "dog"], rewritten(file), lambda: "".join(read_candidates(file)).encode()


def journal_line(folder):
    file = folder / "journal.jsonl"
    journal = Journal(file)
    journal.add(KEY, Completion(text="hello", finish="stop"))
    journal.close()
    *head, last = file.read_text().splitlines()

    def read():
        journal = Journal(file)
        try:
            journal.get(KEY)
        finally:
            journal.close()

    return json.loads(last), lambda text: rewritten(file)("\n".join([*head, text, ""])), read


def kept_answer(folder):
    file = folder / "answers.jsonl"
    with Answers(file) as answers:
        answers.add({KEY: KeptAnswer(text="x", finish="stop", model="m", asked="2026-01-01")})
    *head, last = file.read_text().splitlines()

    def read():
        with Answers(file) as answers:
            answers.get(KEY)

    return json.loads(last), lambda text: rewritten(file)("\n".join([*head, text, ""])), read


def store_plan(folder):
    planned(folder, [{"source": "a"}], ["a.png", "b.png"]).save(folder)
    (file,) = folder.glob("*.json")
    return json.loads(file.read_text()), rewritten(file), lambda: read_plan(folder).save(folder)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize(
    "made",
    [
        sent_json,
        region_record,
        mark_record,
        pixel_card,
        knowledge_config,
        learned_words,
        run_settings,
        eval_rows,
        eval_report,
        ranks,
        joined_report,
        frequencies,
        candidates,
        journal_line,
        kept_answer,
        store_plan,
    ],
    ids=lambda made: made.__name__,
)
def test_a_spoilt_record_is_read_or_told(tmp_path, made):
    record, write, read = made(tmp_path)
    write(json.dumps(record))
    read()
    random = Random(made.__name__)
    told = []
    for _ in range(NUM_MUTANTS):
        text = mutant(record, random)
        write(text)
        try:
            read()
        except DeixisError as mistake:
            told.append(str(mistake))
        except (ValueError, RecursionError):
            assert not is_json(text), text[:300]  # some readers are handed what was parsed before
    assert len(told) > NUM_MUTANTS / 4
    assert all(line.encode() for line in told)  # half a letter in one could not be shown


def is_json(text):
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
