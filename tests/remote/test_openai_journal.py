"""The answers that were had already."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from deixis.core.errors import RemoteError, UsageError
from deixis.models.interface import Completion, Generation
from deixis.remote.journal import Journal

ANSWER = Completion(text="yes 👋\n", finish="length")


def test_what_was_answered_is_not_asked_again(server, build, ask, tmp_path):
    path = tmp_path / "new" / "journal.jsonl"
    with build(journal=path) as model:
        first = model.generate(ask("a", "b"))
    again = build(journal=path).generate(ask("b", "c", "a"))
    assert sorted(server.texts) == ["a", "b", "c"]
    assert (again[2], again[0]) == (first[0], first[1])


def test_a_journal_may_be_named_by_text(server, build, ask, tmp_path):
    build(journal=str(tmp_path / "journal.jsonl")).generate(ask("a"))
    assert (tmp_path / "journal.jsonl").read_text().count("\n") == 1


def test_a_streamed_answer_is_kept_for_both_ways(server, build, ask, tmp_path):
    model = build(journal=tmp_path / "journal.jsonl")
    words = "".join(model.stream(ask("a")[0]))
    assert model.generate(ask("a"))[0].text == words
    assert list(model.stream(ask("a")[0])) == [words]
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    "change",
    [{"max_new_tokens": 7}, {"seed": 1}, {"stop": ("x",)}, {"top_p": 0.5}, {"schema": "{}"}],
)
def test_other_settings_are_another_request(server, build, ask, tmp_path, change):
    model = build(journal=tmp_path / "journal.jsonl")
    model.generate(ask("a"))
    model.generate(ask("a"), Generation(**change))
    assert len(server.bodies) == 2


def test_sampled_answers_are_kept_only_with_a_seed(server, build, ask, tmp_path):
    model = build(journal=tmp_path / "journal.jsonl")
    for seed in (None, None, 5, 5):
        model.generate(ask("a"), Generation(temperature=0.9, seed=seed))
    assert len(server.bodies) == 3


def test_failures_are_not_kept(server, build, ask, tmp_path):
    model = build(journal=tmp_path / "journal.jsonl")
    server.then(server.fail(500))
    with pytest.raises(RemoteError):
        model.generate(ask("a"))
    assert model.generate(ask("a"))[0].text == "answer to a"


@pytest.mark.long
def test_a_rerun_after_a_kill_asks_only_what_is_missing(server, build, ask, tmp_path):
    path = tmp_path / "journal.jsonl"
    code = (
        "import sys; from deixis.remote.model import from_name\n"
        "from deixis.models.interface import Question\n"
        "model = from_name(sys.argv[1], concurrency=1, journal=sys.argv[2])\n"
        "model.generate([Question(pictures=(), text=text) for text in 'abcdef'])\n"
    )
    reached = threading.Event()

    def stall_at_the_fourth(body):
        if len(server.bodies) == 4:
            reached.set()
            server.is_over.wait(20)

    server.before_reply = stall_at_the_fourth
    source = Path(__file__).parents[2] / "src"
    run = subprocess.Popen(
        [sys.executable, "-c", code, f"openai:tiny@{server.url}", str(path)],
        env={"PYTHONPATH": str(source)},
    )
    assert reached.wait(60)
    run.kill()
    run.wait()
    server.before_reply = lambda body: None
    answers = build(concurrency=1, journal=path).generate(ask(*"abcdef"))
    assert server.texts == [*"abcd", *"def"]
    assert [answer.text for answer in answers] == [f"answer to {text}" for text in "abcdef"]


def test_a_torn_last_line_is_cut_off(tmp_path):
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.add("one", ANSWER)
    journal.close()
    whole = path.read_bytes()
    for end in range(1, len(whole) - 1):
        path.write_bytes(whole + whole[:end])
        journal = Journal(path)
        journal.add("two", ANSWER)
        journal.close()
        assert [json.loads(line)["request"] for line in path.read_text().splitlines()] == [
            "one",
            "two",
        ]


def test_a_last_line_that_lacks_only_its_end_is_kept(tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_text('{"request": "one", "text": "yes 👋\\n", "finish": "length"}')
    journal = Journal(path)
    journal.add("two", ANSWER)
    journal.close()
    replayed = Journal(path)
    assert (replayed.get("one"), replayed.get("two")) == (ANSWER, ANSWER)
    replayed.close()


@pytest.mark.parametrize("line", ["{torn", "[]", '{"request": "a"}', '"text"', "[" * 100_000])
def test_a_line_that_cannot_be_read_is_named(tmp_path, line):
    path = tmp_path / "journal.jsonl"
    path.write_text(f"{line}\n")
    with pytest.raises(UsageError, match=r"journal\.jsonl cannot be used: line 1 cannot be read"):
        Journal(path)


@pytest.mark.parametrize(
    "content",
    [
        b"my notes",
        b'{"request": "GET /", "status": 200',
        b'{"request": "a", "finish": 1, "text": "b"}',
        b'{"a": [1, 2]}',
        b"\x08\0\0\0\0\0\0\0{}      ",
        b"\0" * 9,
        b"[" * 100_000,
    ],
)
def test_a_file_of_something_else_is_refused_and_left_as_it_is(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="none of a journal; nothing was changed"):
        Journal(path)
    assert path.read_bytes() == content


def test_something_else_behind_answers_is_left_as_it_is(tmp_path):
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.add("one", ANSWER)
    journal.close()
    content = path.read_bytes() + b"my notes"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="nothing was changed"):
        Journal(path)
    assert path.read_bytes() == content


def test_zeros_that_a_failed_disk_left_are_cut_off(tmp_path):
    path = tmp_path / "journal.jsonl"
    journal = Journal(path)
    journal.add("one", ANSWER)
    journal.close()
    whole = path.read_bytes()
    path.write_bytes(whole + b"\0" * 100)
    Journal(path).close()
    assert path.read_bytes() == whole


def test_a_pipe_is_no_journal(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="not a file"):
        Journal(tmp_path / "pipe")


@pytest.mark.parametrize("text", ["a\u2028b\u0085c", "\ud83d", "\x1e"])
def test_any_answer_is_kept_and_replayed(tmp_path, text):
    answer = Completion(text=text, finish="stop")
    journal = Journal(tmp_path / "journal.jsonl")
    journal.add("one", answer)
    journal.close()
    assert len((tmp_path / "journal.jsonl").read_text("utf-8").splitlines()) == 1
    replayed = Journal(tmp_path / "journal.jsonl")
    assert replayed.get("one") == answer
    replayed.close()


def test_a_journal_in_use_is_refused(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    with pytest.raises(UsageError, match="another run is using it"):
        Journal(tmp_path / "journal.jsonl")
    journal.close()


def test_a_journal_that_cannot_be_opened_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be opened"):
        Journal(tmp_path)


def disk_is_full(_):
    raise OSError("No space left on device")


def test_an_answer_that_cannot_be_written_down_is_given_with_the_error(
    server, build, ask, tmp_path, monkeypatch
):
    model = build(journal=tmp_path / "journal.jsonl")
    monkeypatch.setattr(os, "fsync", disk_is_full)
    with pytest.raises(RemoteError, match="cannot be written: No space") as failed:
        model.generate(ask("a"))
    assert failed.value.answers == (Completion(text="answer to a"),)


def test_nothing_is_written_after_a_failed_write(tmp_path, monkeypatch):
    journal = Journal(tmp_path / "journal.jsonl")
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", disk_is_full)
        with pytest.raises(UsageError, match="cannot be written"):
            journal.add("one", ANSWER)
    with pytest.raises(UsageError, match="cannot be written"):
        journal.add("two", ANSWER)
    journal.close()
    assert (tmp_path / "journal.jsonl").read_bytes().count(b"\n") == 1


def test_threads_write_whole_lines(tmp_path):
    journal = Journal(tmp_path / "journal.jsonl")
    writers = [
        threading.Thread(target=lambda t=t: [journal.add(f"{t}-{n}", ANSWER) for n in range(20)])
        for t in range(4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    journal.close()
    replayed = Journal(tmp_path / "journal.jsonl")
    assert all(replayed.get(f"{t}-{n}") == ANSWER for t in range(4) for n in range(20))
    replayed.close()


def test_the_journal_holds_no_key_and_no_pixels(server, build, ask, tmp_path, key):
    build(journal=tmp_path / "journal.jsonl").generate(ask("a"))
    row = json.loads((tmp_path / "journal.jsonl").read_text())
    assert set(row) == {"request", "finish", "text"}
    assert key not in json.dumps(row)
