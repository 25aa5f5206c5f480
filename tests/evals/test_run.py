"""Running a benchmark: only what is missing is asked, and everything that went wrong is told."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import deixis as dx
from deixis.core.answer_store import Answers
from deixis.core.errors import RemoteError, UsageError
from deixis.encodings.spec import EncodingSpec, expanded
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.judges import Rules
from deixis.evals.run import RunSettings, chosen
from deixis.evals.run_to_folder import report_of
from deixis.models.interface import Generation
from tests.evals.conftest import examine as run

pytestmark = pytest.mark.lab  # it asks about scenes of Things

ROOT = Path(__file__).parents[2]


@pytest.fixture
def answers(tmp_path):
    with Answers(tmp_path / "answers.jsonl") as opened:
        yield opened


def few(name="scenes_naming", num=6):
    return benchmarks.get(name).of(Options(num_pictures=num))


def report(name, ran, settings, judge=None):
    return report_of(
        ran,
        benchmark=name,
        options=Options(),
        settings=settings,
        dialect="unit",
        judge=judge,
    )


def test_nano_is_asked_once_and_then_never_again(answers):
    model = dx.load("nano")
    settings = RunSettings(limit=4)
    first = run(model, few(), answers, settings)
    again = run(dx.load("nano"), few(), answers, settings)
    assert (first.num_asked, again.num_asked) == (4, 0)
    assert first.rows == again.rows
    assert all(row.numbers["right"] in (0.0, 1.0) for row in first.rows)


def test_other_weights_pixels_words_or_settings_are_other_questions(answers, told):
    def asked(**more):
        model = told(lambda text: "cup", name=more.pop("name", "told"))
        return run(model, few(num=3), answers, RunSettings(**more)).num_asked

    assert asked() == 3
    assert asked() == 0
    assert asked(name="other") == 3
    assert asked(system="Be brief.") == 3
    assert asked(generation=Generation(max_new_tokens=3)) == 3
    assert asked(way=EncodingSpec.of("dimmed")) == 3
    assert asked(way=EncodingSpec.of("dimmed:0.5")) == 3
    assert asked(way=EncodingSpec.of("said")) == 0


def test_a_larger_limit_goes_on_from_a_smaller_one(answers, told):
    model = told(lambda text: "cup")
    assert run(model, few(), answers, RunSettings(limit=2)).num_asked == 2
    assert run(model, few(), answers, RunSettings(limit=5)).num_asked == 3
    assert run(model, few(), answers, RunSettings()).num_asked == 1


def test_another_seed_chooses_other_questions():
    samples = list(few(num=30).samples())
    first, second = (
        {one.key for one in chosen(iter(samples), RunSettings(limit=10, seed=seed))}
        for seed in (0, 1)
    )
    assert first != second
    assert len(first) == len(second) == 10


def test_a_limit_keeps_together_what_counts_together():
    kept = chosen(few("scenes_reasoning", 20).samples(), RunSettings(limit=5))
    sizes = Counter(sample.together for sample in kept)
    assert set(sizes.values()) == {2}


def test_a_stopped_run_goes_on(answers, told):
    with pytest.raises(KeyboardInterrupt):
        run(told(lambda text: "cup", breaks_after=1), few(num=20), answers, RunSettings())
    model = told(lambda text: "cup")
    ran = run(model, few(num=20), answers, RunSettings())
    assert ran.num_asked == len(model.vlm.asked) == 20 - 8  # it is asked 8 at once
    assert len(ran.rows) == 20


@pytest.mark.long
def test_a_run_that_is_killed_whenever_ends_in_the_same_results(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.evals.run_nursery", str(tmp_path)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src"), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    kills = json.loads(done.stdout)
    assert kills > 2
    (unbroken,), (broken,) = (
        list(tmp_path.glob(f"{way}/*/results.jsonl")) for way in ("unbroken", "broken")
    )
    assert unbroken.read_bytes() == broken.read_bytes()
    for kind in ("model", "judge"):
        once, often = (
            (tmp_path / way / f"{kind}.log").read_text().splitlines()
            for way in ("unbroken", "broken")
        )
        assert len(often) - len(once) <= 8 * kills  # what was under way, 8 at once
        assert set(often) == set(once)


def test_what_an_encoding_cannot_show_is_counted_and_in_no_figure(answers, told):
    settings = RunSettings(way=EncodingSpec.of("dimmed"))
    ran = run(told(lambda text: "A"), few("scenes_vip_bench", 30), answers, settings, judge=Rules())
    found = report("scenes_vip_bench", ran, settings, "rules/1")
    assert found.counts.unasked > 0
    assert found.counts.scored == found.counts.questions - found.counts.unasked
    assert found.headline.num_questions == found.counts.scored
    assert any("only one region" in (row.problem or "") for row in ran.rows)


def test_where_no_question_can_be_asked_the_run_is_refused(answers, told):
    settings = RunSettings(way=EncodingSpec.of("dimmed"))
    with pytest.raises(UsageError, match=r"no question could be asked.*only one region"):
        run(told(lambda text: "A"), few("scenes_pointing", 6), answers, settings)


def test_answers_that_say_nothing_are_wrong_and_told(answers, told):
    settings = RunSettings()
    ran = run(told(lambda text: "I cannot tell"), few("scenes_pointing", 9), answers, settings)
    found = report("scenes_pointing", ran, settings)
    assert found.counts.unread == found.counts.scored > 0
    assert found.headline.value == 0.0


@pytest.mark.parametrize("answer", ["<think>It is A.</think>Hm.", "<think>The answer is A"])
def test_a_letter_in_a_draft_is_no_answer(answers, told, answer):
    ran = run(told(lambda text: answer), few("scenes_pointing", 3), answers, RunSettings())
    assert {row.read for row in ran.rows} == {None}
    assert {row.answer for row in ran.rows} == {answer}


def test_a_question_that_fails_at_the_server_stops_the_run_and_loses_nothing(
    answers, server, build
):
    failed = []

    def reply(body):
        if len(server.bodies) == 4 and not failed:
            failed.append(body)
            return server.fail(500)
        return server.say(body, text="cup")

    server.answer = reply
    model = dx.Model(build(concurrency=1, dialect="permille"))
    with pytest.raises(RemoteError, match=r"1 failed.*the same again goes on"):
        run(model, few(), answers, RunSettings())
    assert len(answers) == 3
    ran = run(model, few(), answers, RunSettings())
    assert ran.num_asked == 3
    assert len(server.bodies) == 7  # six questions, and the one that failed


def test_failures_that_are_allowed_are_counted_and_bound_the_figure(answers, server, build):
    def reply(body):
        return server.fail(500) if body == server.bodies[0] else server.say(body, text="pound")

    server.answer = reply
    settings = RunSettings(max_failures=1)
    ran = run(dx.Model(build(dialect="permille")), few(), answers, settings)
    found = report("scenes_naming", ran, settings)
    assert (found.counts.failed, found.counts.scored) == (1, 5)
    low, high = found.bounds
    assert low <= found.headline.value <= high
    assert high - low == pytest.approx(100 / 6)


def test_many_questions_are_asked_of_a_server_at_once(answers, server, build):
    import threading

    together = threading.Barrier(3, timeout=20)
    server.before_reply = lambda body: together.wait()
    ran = run(dx.Model(build(concurrency=3, dialect="permille")), few(), answers, RunSettings())
    assert ran.num_asked == 6
    assert server.most_in_flight == 3


def test_a_benchmark_with_a_judge_wants_one(answers, told):
    with pytest.raises(UsageError, match="name one"):
        run(told(lambda text: "A"), few("scenes_vip_bench"), answers, RunSettings())


def test_progress_is_told_to_the_end(answers, told):
    seen = []
    run(told(lambda text: "cup"), few(num=20), answers, RunSettings(), advance=seen.append)
    assert [one.done for one in seen] == [16, 20]
    assert all(one.total == 20 for one in seen)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"limit": 0}, "at least 1"),
        ({"generation": Generation(temperature=0.5)}, "needs a seed"),
    ],
)
def test_settings_that_cannot_be_are_refused(more, said):
    with pytest.raises(UsageError, match=said):
        RunSettings(**more)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("sayed", "did you mean 'said'"),
        ("cropped:contex=1", "did you mean 'context'"),
        ("cropped:context=wide", "is a float, got 'wide'"),
        ("cropped:0.5,1", "SETTING=VALUE"),
        ("said:1", "SETTING=VALUE"),
        ("cropped:-1", "within 0..10"),
        ("drawn:arow", "did you mean 'arrow'"),
        ("drawn:arrow,color=rd", "red"),
    ],
)
def test_a_way_that_cannot_be_is_refused(spec, said):
    with pytest.raises(UsageError, match=said):
        EncodingSpec.of(spec)


def test_a_way_has_the_settings_that_are_written():
    (encoding,) = (
        EncodingSpec.of("cropped:0.5,beside=true").encode({"first": dx.box(1, 2, 3, 4)}).values()
    )
    assert encoding == dx.cropped(dx.box(1, 2, 3, 4), context=0.5, beside=True)
    (mark,) = (
        EncodingSpec.of("drawn:arrow,color=lime,width=6")
        .encode({"first": dx.box(1, 2, 3, 4)})
        .values()
    )
    assert mark == dx.drawn(dx.box(1, 2, 3, 4), "arrow", color="lime", width=6)


def test_stars_are_every_shape_and_usual_is_every_encoding():
    from deixis.encodings import encodings
    from deixis.marks import shapes

    stars = expanded(["said", "drawn:*,color=blue", "said"])
    assert stars == ["said", *(f"drawn:{shape},color=blue" for shape in shapes.names())]
    assert {spec.partition(":")[0] for spec in expanded(["usual"])} == set(encodings.names())
    for spec in expanded(["usual"]):
        EncodingSpec.of(spec)
