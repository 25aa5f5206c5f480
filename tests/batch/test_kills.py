"""An extraction that is killed again and again ends in the store of one that was not."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.batch.store_nursery import album, content, extracted

SHARDS, KILLS = 16, 20


def command(tmp_path, known, out, *more):
    return [
        *(sys.executable, "-m", "deixis", "knowledge", "extract", str(tmp_path / "pictures")),
        *("--source", f"regions:{known}", "--out", str(out), "--workers", "2", *more),
    ]


def shards_in(out):
    return sorted(out.glob("shard-*.parquet"))


def begin_again_from_a_part(out):
    """Where few shards are left to do, half are: a kill then hits however slow the machine is."""
    if len(shards := shards_in(out)) > SHARDS // 2:
        (out / "manifest.json").unlink(missing_ok=True)
        for shard in shards[1::2]:
            shard.unlink()


def names_in(out):
    return {one.name for one in out.glob("*")}


def is_killed_after(num_names, command, out):
    """Whether it was still at work when so many shards, or drafts of them, had been begun."""
    before, seen = names_in(out), set()
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while run.poll() is None and len(seen) < num_names:
        time.sleep(0.001)
        seen |= names_in(out) - before
    is_at_work = run.poll() is None
    run.send_signal(signal.SIGKILL)
    run.wait()
    return is_at_work


@pytest.mark.long
def test_killed_twenty_times_it_ends_as_if_it_never_was(tmp_path):
    known = album(tmp_path, 64 * SHARDS)
    extracted(tmp_path, known, tmp_path / "whole", workers=1)
    moments = np.random.default_rng(0)
    killed, out = 0, tmp_path / "killed"
    while killed < KILLS:
        begin_again_from_a_part(out)
        killed += is_killed_after(moments.integers(1, 10), command(tmp_path, known, out), out)
    last = subprocess.run(
        command(tmp_path, known, out, "--json"), capture_output=True, text=True, check=True
    )
    assert content(out) == content(tmp_path / "whole")
    assert json.loads(last.stdout)["notes"] == sum(len(r.notes) for r in content(out).values())
    stats = [
        subprocess.run(
            [sys.executable, "-m", "deixis", "knowledge", "stats", str(store), "--json"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for store in (out, tmp_path / "whole")
    ]
    assert stats[0] == stats[1]


def test_broken_pictures_are_listed_and_the_others_are_there(tmp_path, capsys):
    from deixis.cli.main import main

    known = album(tmp_path, 40, broken=(3, 17))
    arguments = command(tmp_path, known, tmp_path / "store")[3:]
    arguments[-1] = "1"
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert "00003.png" in said.out
    assert "00017.png" in said.out
    assert "2 pictures failed" in said.err
    assert main([*arguments, "--skip-bad"]) == 0
    assert main(["knowledge", "stats", str(tmp_path / "store"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["pictures"] == 38
