import json
import os
import tracemalloc

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
