"""A run that is killed again and again ends in the rows of one that was not, and pays for no answer
that it had.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from tests.batch.each.nursery import QUESTION, counting, photos

PICTURES, REGIONS, AT_ONCE = 40, 5, 8


def command(tmp_path, server, out, *more):
    return [
        *(sys.executable, "-m", "deixis", "ask", "--each", str(tmp_path / "photos"), QUESTION),
        *("--regions", str(tmp_path / "regions.jsonl"), "--model", server.model),
        *("--out", str(out), "--at-once", str(AT_ONCE), *more),
    ]


def on_disk(out):
    """The words of the answers that a journal holds, but for a line that is torn."""
    found = Counter()
    for part in out.with_name(f"{out.name}.journal").glob("part-*.jsonl"):
        for line in part.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                found[json.loads(line)["text"].split()[-1]] += 1
    return found


def killed(words, server, wait):
    """The command is begun, and killed so many answers later; whether it still ran then."""
    begun = server.asked.total()
    run = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while run.poll() is None and server.asked.total() < begun + wait:
        time.sleep(0.005)
    ran = run.poll() is None
    os.kill(run.pid, signal.SIGKILL) if ran else None
    run.wait()
    return ran


@pytest.mark.long
@pytest.mark.parametrize("how", [(), ("--runner", "pool"), ("--runner", "ray")], ids=str)
def test_killed_again_and_again_it_asks_again_only_what_was_under_way(tmp_path, how):
    photos(tmp_path, PICTURES, REGIONS)
    out, whole = tmp_path / "killed.jsonl", tmp_path / "whole.jsonl"
    kills, generator = (4 if "ray" in how else 8), np.random.default_rng(0)
    with counting(delay=0.05) as server:
        subprocess.run(command(tmp_path, server, whole), check=True, stdout=subprocess.DEVNULL)
        assert server.asked.total() == PICTURES * REGIONS
        server.asked.clear()
        num_killed, had = 0, Counter()
        for _ in range(kills):
            wait = int(generator.integers(1, PICTURES * REGIONS // kills))
            num_killed += killed(command(tmp_path, server, out, *how), server, wait)
            time.sleep(0.5)  # workers end with the one that made them
            before, had = had, on_disk(out)
            assert before <= had
        subprocess.run(command(tmp_path, server, out, *how), check=True, stdout=subprocess.DEVNULL)
        again = server.asked.total() - PICTURES * REGIONS
    assert num_killed >= kills // 2
    assert 0 <= again <= AT_ONCE * num_killed
    assert max(on_disk(out).values()) == 1  # nothing that was had was asked again
    assert out.read_bytes() == whole.read_bytes()


def workers_of(run):
    """The processes of a pool, by their ids."""
    children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    told = {int(one): Path(f"/proc/{one}/cmdline").read_bytes() for one in children}
    return [one for one, words in told.items() if b"spawn_main" in words]


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="a pool's processes are found in /proc")
def test_what_a_worker_had_asked_before_it_died_is_not_asked_again(tmp_path):
    photos(tmp_path, PICTURES, REGIONS)
    out = tmp_path / "rows.jsonl"
    with counting(delay=0.05) as server:
        words = command(tmp_path, server, out, "--runner", "pool")
        run = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while server.asked.total() < PICTURES * REGIONS // 2:
            time.sleep(0.005)
        os.kill(workers_of(run)[0], signal.SIGKILL)
        assert run.wait() == 0
        again = server.asked.total() - PICTURES * REGIONS
    assert 0 < again <= AT_ONCE
    assert sum(on_disk(out).values()) == PICTURES * REGIONS  # and each of them once
    assert len(out.read_text().splitlines()) == PICTURES * REGIONS


@pytest.mark.long
def test_ctrl_c_keeps_the_calls_under_way_and_a_second_one_does_not_wait(tmp_path):
    photos(tmp_path, 10, 4)
    out = tmp_path / "rows.jsonl"
    with counting(delay=0.5) as server:
        words = command(tmp_path, server, out)
        run = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
        while not server.asked.total():
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        told = run.communicate()[1]
        assert run.returncode == 130
        assert "stopping after the calls under way, whose answers are kept" in told
        num = server.server.num_requests
        assert len(out.read_text().splitlines()) == num < 40
        assert sum(on_disk(out).values()) == num
        run = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        while server.server.num_requests == num:
            time.sleep(0.01)
        server.server.delay = 30
        time.sleep(1)
        begun = time.monotonic()
        run.send_signal(signal.SIGINT)
        time.sleep(0.2)
        run.send_signal(signal.SIGINT)
        run.wait()
        assert time.monotonic() - begun < 10
