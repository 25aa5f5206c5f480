"""Many questions of one call: forms of rows, errors of one, progress, servers."""

import threading

import pytest

import deixis as dx
from deixis.core.errors import DeixisError, RegionError, RemoteError, UsageError
from deixis.core.progress import Reporter
from tests.ask.test_model import CUP, IMAGE, Echo

OUTSIDE = dx.box(100, 100, 120, 130)


class Counting(Echo):
    """Says how many questions came together."""

    def __init__(self):
        super().__init__("ok")
        self.batches = []

    def generate(self, questions, settings=None):
        self.batches.append(len(questions))
        return super().generate(questions, settings)


class Steps(Reporter):
    """Keeps the steps that it is told of."""

    def __init__(self):
        self.steps = []

    def say(self, text):
        pass

    warn = say

    def advance(self, progress):
        self.steps.append((progress.step, progress.steps, dict(progress.numbers)))


@pytest.fixture
def remote(server, build):
    def made(**options):
        return dx.Model(build(**options), dialect="qwen3_vl")

    return made


def test_rows_are_pairs_triples_and_dicts_of_a_generator():
    rows = [
        (IMAGE, "What?"),
        [IMAGE, "What is {cup}?", {"cup": CUP}],
        {"image": IMAGE, "question": "What is {cup}?", "cup": CUP},
        {"image": IMAGE, "question": "What is {seed}?", "regions": {"seed": CUP}},
        {"image": IMAGE, "question": "And?", "history": [dx.Exchange(question="a", answer="b")]},
    ]
    texts = [one.sent.text for one in dx.Model(Echo("ok")).ask_all(row for row in rows)]
    assert texts[0] == "What?"
    assert texts[1] == texts[2] == texts[3]
    assert texts[4] == "And?"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ((IMAGE,), r"\(image, question\), \(image, question, regions\) or a dict .*tuple of 1"),
        ("What?", "got str"),
        ({"question": "What?"}, "got a dict of question"),
        ({"image": IMAGE, "question": "What?", "seed": 3}, "'seed' is of the whole call"),
        ((IMAGE, "{it}?"), r"question 1: the question speaks of \{it\}"),
    ],
)
def test_a_row_of_another_form_is_refused(row, words):
    with pytest.raises(UsageError, match=words):
        dx.Model(Echo("ok")).ask_all([row])


def test_what_is_no_list_of_questions_is_refused():
    for given in ("What?", {"image": IMAGE}):
        with pytest.raises(UsageError, match="questions is a list of questions"):
            dx.Model(Echo("ok")).ask_all(given)


def test_one_bad_row_does_not_lose_the_others(tmp_path):
    model, bad = dx.Model(Echo("ok")), tmp_path / "none.png"
    rows = [(IMAGE, "a"), (IMAGE, "{x}", {"x": OUTSIDE}), (bad, "c"), (IMAGE, "d")]
    outcomes = model.ask_all(rows, on_error="keep")
    assert [isinstance(one, DeixisError) for one in outcomes] == [False, True, True, False]
    assert isinstance(outcomes[1], RegionError)
    assert outcomes[3].sent.text == "d"
    with pytest.raises(RegionError, match=r"question 2: .*outside"):
        model.ask_all(rows)


def test_a_batch_that_fails_is_asked_one_by_one_where_errors_are_kept():
    class Picky(Echo):
        def generate(self, questions, settings=None):
            if any(one.text == "no" for one in questions):
                raise UsageError("not that")
            return super().generate(questions, settings)

    outcomes = dx.Model(Picky("ok")).ask_all([(IMAGE, "a"), (IMAGE, "no")], on_error="keep")
    assert outcomes[0].text == "ok"
    assert str(outcomes[1]) == "not that"


def test_a_long_generator_is_asked_in_batches_as_its_answers_are_wanted():
    vlm, drawn = Counting(), []

    def rows():
        for number in range(100):
            drawn.append(number)
            yield IMAGE, f"{number}"

    answers = dx.Model(vlm).stream_all(rows())
    assert [next(answers).sent.text for _ in range(9)] == [str(i) for i in range(9)]
    assert (len(drawn), vlm.batches) == (16, [8, 8])


def test_each_answer_is_progress():
    steps = Steps()
    rows = [(IMAGE, "a"), (IMAGE, "{x}", {"x": OUTSIDE}), (IMAGE, "c")]
    dx.Model(Echo("ok")).ask_all(rows, on_error="keep", progress=steps)
    assert steps.steps == [(1, 3, {}), (2, 3, {"failed": 1}), (3, 3, {"failed": 1})]


def test_a_list_is_checked_before_the_first_question_is_sent(server, remote, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(IMAGE.png())
    rows = [(path, "a"), (IMAGE, "b"), (path, "{x}", {"x": OUTSIDE})]
    with pytest.raises(RegionError, match="question 3"):
        remote().ask_all(rows)
    assert server.bodies == []


def test_a_server_is_asked_several_at_a_time_and_the_order_is_kept(server, remote):
    gate = threading.Barrier(4, timeout=20)
    server.before_reply = lambda body: gate.wait()
    answers = remote(concurrency=4).ask_all([(IMAGE, f"{i}") for i in range(12)])
    assert [one.text for one in answers] == [f"answer to {i}" for i in range(12)]
    assert server.most_in_flight == 4


def test_a_server_is_asked_the_same_once_in_a_call(server, remote):
    answers = remote().ask_all([(IMAGE, "same"), (IMAGE, "same"), (IMAGE, "other")])
    assert [one.text for one in answers] == ["answer to same"] * 2 + ["answer to other"]
    assert sorted(server.texts) == ["other", "same"]
    remote().ask_all([(IMAGE, "same"), (IMAGE, "same")], temperature=1.0)
    assert len(server.texts) == 4


def test_answers_that_were_had_come_with_the_error(server, remote):
    server.answer = lambda body: (
        server.fail(400, "too large")
        if "2" in str(body["messages"][0]["content"][1])
        else server.say(body)
    )
    model = remote(concurrency=1)
    rows = [(IMAGE, f"{i}") for i in range(6)]
    with pytest.raises(RemoteError, match=r"question 3: .*too large") as caught:
        model.ask_all(rows)
    texts = [one and one.text for one in caught.value.answers]
    assert texts[:3] == ["answer to 0", "answer to 1", None]
    kept = model.ask_all(rows, on_error="keep")
    assert [isinstance(one, RemoteError) for one in kept] == [
        False,
        False,
        True,
        False,
        False,
        False,
    ]


def test_an_iteration_that_is_left_asks_no_further(server, remote):
    answers = remote(concurrency=2).stream_all((IMAGE, f"{i}") for i in range(100))
    assert next(answers).text == "answer to 0"
    answers.close()
    num = len(server.texts)
    assert num <= 10
    assert len(server.texts) == num
