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
