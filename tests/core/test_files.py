import errno
import json
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path
from types import SimpleNamespace as Usage

import pytest

from deixis.core import files
from deixis.core.errors import UsageError


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match="cannot write"):
        files.write_text(tmp_path / "none" / "a.txt", "x")


def test_what_is_written_is_read(tmp_path):
    files.write_text(tmp_path / "a.txt", "né")
    assert (tmp_path / "a.txt").read_bytes() == "né".encode()


def test_a_failed_write_leaves_the_old_file_and_no_draft(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    files.write_text(path, "old")
    monkeypatch.setattr(files.os, "fsync", lambda _: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(UsageError, match=r"cannot write .*: full"):
        files.write_text(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_half_a_character_is_written_as_json_writes_it(tmp_path):
    files.write_text(tmp_path / "a.json", json.dumps(["é", "\ud83d"], ensure_ascii=False))
    assert (tmp_path / "a.json").read_bytes() == b'["\xc3\xa9", "\\ud83d"]'
    assert json.loads((tmp_path / "a.json").read_text("utf-8")) == ["é", "\ud83d"]


def test_a_file_is_read_without_its_mark(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfa\r\nb")
    assert files.read_text(tmp_path / "a.txt") == "a\r\nb"


def test_a_file_that_is_too_large_is_refused(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"12345")
    assert files.read_bytes(tmp_path / "a.txt", most=5) == b"12345"
    with pytest.raises(OSError, match="larger than 4 bytes"):
        files.read_bytes(tmp_path / "a.txt", most=4)


def test_no_more_room_is_made_than_a_file_needs(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"a" * 200_000)
    tracemalloc.start()
    assert len(files.read_bytes(tmp_path / "a.txt", most=2**31)) == 200_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**20


def test_a_file_whose_length_is_not_known_is_read():
    assert files.read_bytes("/proc/self/status", most=2**20).startswith(b"Name:")


def test_a_pipe_is_refused_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="not a file"):
        files.read_bytes(tmp_path / "pipe")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(IsADirectoryError):
        files.open_file(tmp_path)


def test_no_descriptor_is_left_open_by_a_refusal(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    before = lowest_free_descriptor()
    for _ in range(5):
        with pytest.raises(OSError):  # noqa: PT011 - the reason is another test's
            files.open_file(tmp_path / "pipe")
    assert lowest_free_descriptor() == before


def lowest_free_descriptor():
    descriptor = os.dup(0)
    os.close(descriptor)
    return descriptor


HOLD = """
import os, sys, time
from pathlib import Path
from deixis.core import files
def wait(descriptor):
    print("held", flush=True)
    time.sleep(600)
files.os.fsync = wait
files.write_text(Path(sys.argv[1]), "half")
"""


def test_drafts_of_killed_writers_are_swept_and_no_others(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "report.json")],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(Path(files.__file__).parents[2])},
    )
    assert process.stdout.readline() == b"held\n"
    (held,) = tmp_path.iterdir()
    dead = tmp_path / ".results.jsonl.0123abcd.draft"
    mine = [tmp_path / name for name in (".mine.draft", "results.jsonl.0123abcd.draft")]
    for path in (dead, *mine):
        path.write_text("x")
    files.sweep(tmp_path)
    assert set(tmp_path.iterdir()) == {held, *mine}
    process.kill()
    process.communicate()
    files.sweep(tmp_path)
    assert set(tmp_path.iterdir()) == set(mine)


def test_a_draft_that_was_swept_before_it_was_held_is_begun_again(tmp_path, monkeypatch):
    import fcntl

    swept = []

    def sweeps_once(file, how):
        if not swept:
            (draft,) = tmp_path.iterdir()
            draft.unlink()
            swept.append(draft)

    monkeypatch.setattr(fcntl, "flock", sweeps_once)
    files.write_text(tmp_path / "a.txt", "whole")
    assert (tmp_path / "a.txt").read_text() == "whole"


def test_a_full_disk_is_told_with_what_is_missing(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: Usage(free=1_000_000))
    with pytest.raises(UsageError, match=r"it takes 2\.5 MB, 1\.0 MB are free: make 1\.5 MB free"):
        files.write_bytes(tmp_path / "a", b"x" * 2_500_000)
    assert not list(tmp_path.iterdir())
