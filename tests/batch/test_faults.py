"""Extractions whose processes die or are stopped; stores that change, or cannot be written in."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deixis.batch.extract import ExtractOptions, extract
from deixis.batch.plan import pictures_of
from deixis.batch.runners import runner
from deixis.core.errors import DeixisError, ModelError, UsageError
from deixis.sources.note_store import KnowledgeStore
from tests.batch.store_nursery import album, content, deadly_runner, extracted, noise
from tests.long import long

ROOT = Path(__file__).parents[2]
DEADLINE_S = 120


def extracted_by(folder, known, out, by):
    options = ExtractOptions(sources=(f"regions:{known}",))
    return list(extract(pictures_of(folder / "pictures"), out, options, by))[-1]


@pytest.mark.long
def test_a_picture_that_kills_its_process_twice_is_one_that_failed(tmp_path):
    known = album(tmp_path, 200)
    by = deadly_runner("00070.png", tmp_path / "deaths")
    done = extracted_by(tmp_path, known, tmp_path / "store", by)
    assert [(one.name, "two processes died" in one.reason) for one in done.failed] == [
        ("00070.png", True)
    ]
    assert (tmp_path / "deaths").read_text() == "xx"
    found = content(tmp_path / "store")
    assert len(found) == 200
    assert {one.name for one in found.values() if one.error} == {"00070.png"}
    assert not list((tmp_path / "store").glob("*.draft"))
    assert not extracted(tmp_path, known, tmp_path / "store").failed


@pytest.mark.long
def test_a_process_that_was_killed_once_costs_nothing(tmp_path):
    known = album(tmp_path, 200)
    by = deadly_runner("00070.png", tmp_path / "deaths", most=1)
    assert not extracted_by(tmp_path, known, tmp_path / "store", by).failed
    extracted(tmp_path, known, tmp_path / "whole")
    for path in sorted((tmp_path / "whole").iterdir()):
        assert path.read_bytes() == (tmp_path / "store" / path.name).read_bytes()


def test_a_store_that_was_extracted_anew_is_opened_again(tmp_path, caplog):
    known = album(tmp_path, 130)
    extracted(tmp_path, known, tmp_path / "store")
    store = KnowledgeStore.open(tmp_path / "store")
    assert len(store.notes(noise(3))) == 3
    (tmp_path / "pictures" / "00100.png").write_bytes(noise(500).png())  # of the second shard
    extracted(tmp_path, known, tmp_path / "store")
    assert store.notes(noise(99)) == KnowledgeStore.open(tmp_path / "store").notes(noise(99))
    assert "has changed since it was opened; it is opened again" in caplog.text
    assert len(list(store.rows())) == 130


def test_rows_are_read_on_where_the_store_changes_meanwhile(tmp_path):
    known = album(tmp_path, 130)
    extracted(tmp_path, known, tmp_path / "store")
    rows = KnowledgeStore.open(tmp_path / "store").rows()
    names = [next(rows).name]
    (tmp_path / "pictures" / "00100.png").write_bytes(noise(500).png())
    extracted(tmp_path, known, tmp_path / "store")
    assert len({*names, *(row.name for row in rows)}) == 130


def test_a_store_that_is_being_extracted_again_says_so(tmp_path):
    known = album(tmp_path, 3)
    extracted(tmp_path, known, tmp_path / "store")
    store = KnowledgeStore.open(tmp_path / "store")
    (tmp_path / "store" / "manifest.json").unlink()
    (tmp_path / "store" / "shard-000000.parquet").unlink()
    with pytest.raises(ModelError, match=r"is being extracted again\. Ask when that is done"):
        store.notes(noise(1))


def test_a_whole_store_that_cannot_be_written_in_is_told_of_as_it_is(tmp_path, monkeypatch):
    known = album(tmp_path, 70)
    before = extracted(tmp_path, known, tmp_path / "store")
    files = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "store").iterdir()}
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert extracted(tmp_path, known, tmp_path / "store") == before
    assert files == {path.name: path.stat().st_mtime_ns for path in (tmp_path / "store").iterdir()}
    (tmp_path / "pictures" / "00003.png").write_bytes(noise(50).png())
    with pytest.raises(UsageError, match=r"cannot write in .* and 1 shards with 64 pictures"):
        extracted(tmp_path, known, tmp_path / "store")


def test_a_store_whose_lock_cannot_be_opened_is_told(tmp_path):
    known = album(tmp_path, 3)
    extracted(tmp_path, known, tmp_path / "store")
    (tmp_path / "store" / ".lock").unlink()
    (tmp_path / "store" / ".lock").mkdir()
    with pytest.raises(DeixisError, match="cannot write in"):
        extracted(tmp_path, known, tmp_path / "store")


SLOW = """
import sys, time
import deixis.batch.work as work
opened = work.open_image
def slow(path):
    time.sleep(0.05)
    return opened(path)
work.open_image = slow
if __name__ == "__main__":
    from deixis.cli.main import main
    sys.exit(main())
"""


@pytest.mark.long
@pytest.mark.parametrize(
    ("kind", "code", "workers"),
    [
        (signal.SIGTERM, 143, "1"),
        long(signal.SIGTERM, 143, "2"),
        long(signal.SIGINT, 130, "1"),
        long(signal.SIGINT, 130, "2"),
    ],
)
def test_a_stopped_extraction_keeps_what_was_found(kind, code, workers, tmp_path):
    known = album(tmp_path, 150)
    (tmp_path / "slow.py").write_text(SLOW)
    arguments = ["knowledge", "extract", str(tmp_path / "pictures"), "--source", f"regions:{known}"]
    arguments += ["--out", str(tmp_path / "store"), "--workers", workers]
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "slow.py"), *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until = time.monotonic() + DEADLINE_S
    while not list((tmp_path / "store").glob(".*in-hand*")):
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    time.sleep(0.3)  # some pictures
    os.killpg(process.pid, kind)
    _, err = process.communicate(timeout=DEADLINE_S)
    assert "stopping after the pictures that are looked at now" in err
    assert "Traceback" not in err
    assert "leaked" not in err
    assert process.returncode == code
    kept = [path.name for path in (tmp_path / "store").glob("shard-*")]
    assert 1 <= len(kept) <= int(workers)
    assert not (tmp_path / "store" / "manifest.json").exists()
    done = extracted(tmp_path, known, tmp_path / "store")
    extracted(tmp_path, known, tmp_path / "whole")
    assert done.num_done == 150
    assert json.loads((tmp_path / "store" / "manifest.json").read_text()) == json.loads(
        (tmp_path / "whole" / "manifest.json").read_text()
    )


def test_the_runner_is_asked_for_at_least_one_worker():
    with pytest.raises(UsageError, match="at least 1 worker"):
        runner("pool", 0)
