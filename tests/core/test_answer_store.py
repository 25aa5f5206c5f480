"""The file of answers: nothing is lost or asked twice, whoever is killed, whenever."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deixis.core.answer_store import EXAM, JOURNAL, Answers, KeptAnswer
from deixis.core.errors import UsageError
from tests.core.answers_nursery import key_of

ROOT = Path(__file__).parents[2]
ONE = KeptAnswer(text="a cup, “red”\n", finish="stop", model="nano", asked="What is it?")


def start(path, log, num, seed):
    command = [sys.executable, "-m", "tests.core.answers_nursery", path, log, str(num), str(seed)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    return subprocess.Popen(list(map(str, command)), cwd=ROOT, env=environment)


def wait_until(holds, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def asked(log):
    return [int(line) for line in log.read_text().split()]


def test_an_answer_is_there_when_the_file_is_opened_again(tmp_path):
    with Answers(tmp_path / "a.jsonl") as answers:
        answers.add({key_of(1): ONE})
    with Answers(tmp_path / "a.jsonl") as answers:
        assert answers.get(key_of(1)) == ONE
        assert answers.get(key_of(2)) is None


def test_a_file_cut_at_any_byte_loses_at_most_the_line_that_was_cut(tmp_path):
    path = tmp_path / "a.jsonl"
    with Answers(path) as answers:
        answers.add({key_of(number): ONE for number in range(3)})
    whole = path.read_bytes()
    for cut in range(len(whole) + 1):
        path.write_bytes(whole[:cut])
        with Answers(path) as answers:
            answers.add({key_of(9): ONE})
        num_whole = whole[:cut].count(b"\n")
        has_all_but_its_end = cut < len(whole) and whole[cut : cut + 1] == b"\n"
        with Answers(path) as answers:
            assert len(answers) == num_whole + has_all_but_its_end + 1
            assert answers.get(key_of(9)) == ONE


@pytest.mark.parametrize(
    "content", [b"my notes", b'{"a": 1}', b'{"key": "a b', b"\0" * 9, b"[" * 100_000]
)
def test_a_file_of_something_else_is_refused_and_left_as_it_is(tmp_path, content):
    path = tmp_path / "notes.txt"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"something else than answers: .*nothing was changed"):
        Answers(path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


def test_something_else_that_is_put_behind_answers_is_left_as_it_is(tmp_path):
    path = tmp_path / "a.jsonl"
    with Answers(path) as answers:
        answers.add({key_of(1): ONE})
        content = path.read_bytes() + b"my notes"
        path.write_bytes(content)
        with pytest.raises(UsageError, match="nothing was changed"):
            answers.add({key_of(2): ONE})
    assert path.read_bytes() == content


def test_a_pipe_holds_no_answers(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="not a file"):
        Answers(tmp_path / "pipe")


@pytest.mark.parametrize("text", ["a\u2028b\u0085c", "\ud83d", "\x1e"])
def test_any_answer_is_kept(tmp_path, text):
    one = KeptAnswer(text=text, finish="stop")
    with Answers(tmp_path / "a.jsonl") as answers:
        answers.add({key_of(1): one})
    assert len((tmp_path / "a.jsonl").read_text("utf-8").splitlines()) == 1
    with Answers(tmp_path / "a.jsonl") as answers:
        assert answers.get(key_of(1)) == one


def test_a_broken_line_inside_is_told_and_nothing_is_touched(tmp_path):
    path = tmp_path / "a.jsonl"
    with Answers(path) as answers:
        answers.add({key_of(1): ONE})
    broken = b"not JSON\n" + path.read_bytes()
    path.write_bytes(broken)
    with pytest.raises(UsageError, match=r"broken at byte 0: b'not JSON'; take that line out"):
        Answers(path)
    assert path.read_bytes() == broken


def test_an_answer_that_is_there_stays(tmp_path):
    with Answers(tmp_path / "a.jsonl") as answers:
        answers.add({key_of(1): ONE})
        answers.add({key_of(1): KeptAnswer(text="another", finish="stop")})
        assert answers.get(key_of(1)) == ONE


def test_two_who_have_it_open_see_each_others_answers(tmp_path):
    with Answers(tmp_path / "a.jsonl") as first, Answers(tmp_path / "a.jsonl") as second:
        first.add({key_of(1): ONE})
        second.add({key_of(2): ONE})
        first.refresh()
        assert first.get(key_of(2)) == second.get(key_of(1)) == ONE


@pytest.mark.parametrize(("first", "then"), [(EXAM, JOURNAL), (JOURNAL, EXAM)])
def test_a_file_of_exams_and_one_of_a_journal_are_read_alike(tmp_path, first, then):
    path, bare = tmp_path / "a.jsonl", KeptAnswer(text="red\n", finish="length")
    with Answers(path, form=first) as answers:
        answers.add({key_of(1): bare})
    path.write_bytes(path.read_bytes() + path.read_bytes()[:20])  # and a torn line
    with Answers(path, form=then, exclusive=True) as answers:
        answers.add({key_of(2): bare})
    with Answers(path) as answers:
        assert answers.get(key_of(1)) == answers.get(key_of(2)) == bare


def test_a_file_for_one_is_refused_to_others(tmp_path):
    with (
        Answers(tmp_path / "a.jsonl", exclusive=True),
        pytest.raises(UsageError, match="another run is using it"),
    ):
        Answers(tmp_path / "a.jsonl", exclusive=True)


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot make"):
        Answers(tmp_path / "file" / "a.jsonl")


def test_a_claim_of_one_is_refused_to_another_process_until_it_ends(tmp_path):
    path, log = tmp_path / "a.jsonl", tmp_path / "log"
    with Answers(path) as answers:
        assert answers.claim([key_of(0), key_of(1)]) == {key_of(0), key_of(1)}
        other = start(path, log, 4, 0)
        wait_until(lambda: log.exists() and len(asked(log)) == 2)
        assert sorted(asked(log)) == [2, 3]
        answers.add({key_of(0): ONE})
        answers.release([key_of(0), key_of(1)])
        assert other.wait() == 0
    assert sorted(asked(log)) == [1, 2, 3]


def test_keys_that_share_a_place_are_released_one_by_one(tmp_path):
    path, log = tmp_path / "a.jsonl", tmp_path / "log"
    alike = key_of(0)[:12] + "0" * 52
    with Answers(path) as answers:
        answers.claim([key_of(0), alike])
        answers.release([alike])
        other = start(path, log, 1, 0)
        time.sleep(0.7)
        assert not log.exists() or not asked(log)
        answers.add({key_of(0): ONE})
        assert other.wait() == 0


def test_processes_together_ask_every_question_once(tmp_path):
    log = tmp_path / "log"
    started = [start(tmp_path / "a.jsonl", log, 80, seed) for seed in range(3)]
    assert [process.wait() for process in started] == [0, 0, 0]
    assert sorted(asked(log)) == list(range(80))


@pytest.mark.long
def test_whoever_is_killed_whenever_nothing_is_lost_and_little_is_asked_again(tmp_path):
    path, log, num = tmp_path / "a.jsonl", tmp_path / "log", 600
    moments, kills = random.Random(5), 0
    while kills < 8:
        started = [start(path, log, num, kills), start(path, log, num, kills + 50)]
        time.sleep(moments.uniform(0.15, 0.5))
        os.kill(started[0].pid, signal.SIGKILL)
        codes = [started[0].wait()]
        if kills % 3 == 0:
            os.kill(started[1].pid, signal.SIGKILL)
        codes.append(started[1].wait())
        kills += sum(code == -signal.SIGKILL for code in codes)
        if codes[1] == 0:
            break
    assert kills > 0
    assert start(path, log, num, 99).wait() == 0
    with Answers(path) as answers:
        assert all(answers.get(key_of(n)).text.startswith(f"answer {n} ") for n in range(num))
    # a killed process has asked one question at most whose answer it could not keep
    assert len(asked(log)) - num <= kills
