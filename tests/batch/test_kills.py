"""An extraction that is killed again and again ends in the store of one that was not."""

import json
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tests.batch.store_nursery import album, content, extracted

PICTURES, KILLS = 2000, 20


def command(tmp_path, known, out, *more):
    return [
        *(sys.executable, "-m", "deixis", "knowledge", "extract", str(tmp_path / "pictures")),
        *("--source", f"regions:{known}", "--out", str(out), "--workers", "2", *more),
    ]


@pytest.mark.long
def test_killed_twenty_times_it_ends_as_if_it_never_was(tmp_path):
    known = album(tmp_path, PICTURES)
    extracted(tmp_path, known, tmp_path / "whole", workers=1)
    begun = time.monotonic()
    subprocess.run(
        command(tmp_path, known, tmp_path / "timed"), check=True, stdout=subprocess.DEVNULL
    )
    whole = time.monotonic() - begun
    shares = np.random.default_rng(0).uniform(0.1, 0.9, KILLS)  # of what it takes on this machine
    killed, out = 0, tmp_path / "killed"
    for moment in shares * whole:
        run = subprocess.Popen(
            command(tmp_path, known, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(moment)
        killed += run.poll() is None
        run.send_signal(signal.SIGKILL)
        run.wait()
        if (out / "manifest.json").exists():  # it was quicker: begin again from a part of it
            (out / "manifest.json").unlink()
            for shard in sorted(out.glob("shard-*.parquet"))[1::2]:
                shard.unlink()
    last = subprocess.run(
        command(tmp_path, known, out, "--json"), capture_output=True, text=True, check=True
    )
    assert killed >= KILLS // 2
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
