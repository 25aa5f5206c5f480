"""A journal of rows is read whole after a kill, and refuses what is not its own."""

import subprocess
import sys

import numpy as np
import pytest

from deixis.batch.each.plan import PlannedRow, mark_of
from deixis.batch.each.row_journal import JournalPart, PartFiles, begin_journal, index_of
from deixis.core.errors import UsageError


def row(number, **more):
    planned = PlannedRow(image=f"{number}.png", id="0", region=None, question="What is it?")
    return {**planned.record, "text": f"answer {number}", **more}


def marks(*numbers):
    return np.array([mark_of(row(number)) for number in numbers], dtype=np.uint64)


def kept(folder, *rows):
    part = JournalPart(folder)
    for one in rows:
        part.add(one)
    part.close()
    return part.path


def test_a_torn_last_line_is_left_out(tmp_path):
    path = kept(tmp_path, row(1), row(2))
    path.write_bytes(path.read_bytes()[:-7])
    assert index_of(tmp_path).is_answered(marks(1, 2, 3)).tolist() == [True, False, False]


def test_a_last_line_that_lacks_its_end_alone_counts(tmp_path):
    path = kept(tmp_path, row(1))
    path.write_bytes(path.read_bytes()[:-1])
    assert index_of(tmp_path).is_answered(marks(1)).tolist() == [True]


def test_a_broken_line_before_others_is_told(tmp_path):
    path = kept(tmp_path, row(1), row(2))
    path.write_bytes(b"{broken\n" + path.read_bytes())
    with pytest.raises(UsageError, match="line 1 cannot be read"):
        index_of(tmp_path)


def test_the_last_answer_counts_and_an_error_only_where_there_is_none(tmp_path):
    kept(tmp_path, row(1, text="first"), row(2, error="no"), row(3, error="no"))
    kept(tmp_path, row(1, text="last"), row(1, error="later"), row(2, text="at last"))
    index = index_of(tmp_path)
    with PartFiles() as files:
        found = list(index.records(marks(1, 2, 3, 4), files))
    assert [one and one.get("text") for one in found] == ["last", "at last", "answer 3", None]
    assert index.is_answered(marks(1, 2, 3, 4)).tolist() == [True, True, False, False]


def test_rows_of_many_threads_are_all_there(tmp_path):
    from concurrent.futures import ThreadPoolExecutor

    part = JournalPart(tmp_path)
    with ThreadPoolExecutor(16) as workers:
        list(workers.map(lambda number: part.add(row(number)), range(100)))
    part.close()
    assert index_of(tmp_path).is_answered(marks(*range(100))).all()


def test_a_part_without_a_row_leaves_no_file(tmp_path):
    kept(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="no locks")
def test_a_part_that_a_worker_still_writes_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr("deixis.batch.each.row_journal.WAIT_S", 0.2)
    code = (
        "import sys, time; from pathlib import Path; "
        "from deixis.batch.each.row_journal import JournalPart; "
        "part = JournalPart(Path(sys.argv[1])); part.add({'key': 'k', 'region': None}); "
        "print('ready', flush=True); time.sleep(60)"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert worker.stdout.readline() == "ready\n"
    try:
        with pytest.raises(UsageError, match="still written by a worker"):
            begin_journal(tmp_path, {"model": "a"}, fresh=False)
    finally:
        worker.kill()
        worker.communicate()
    begin_journal(tmp_path, {"model": "a"}, fresh=False)
    assert len(index_of(tmp_path)) == 1


def test_fresh_takes_away_the_rows(tmp_path):
    begin_journal(tmp_path, {"model": "a"}, fresh=False)
    kept(tmp_path, row(1))
    with pytest.raises(UsageError, match=r"model was 'a', is 'b'"):
        begin_journal(tmp_path, {"model": "b"}, fresh=False)
    begin_journal(tmp_path, {"model": "b"}, fresh=True)
    assert len(index_of(tmp_path)) == 0
    begin_journal(tmp_path, {"model": "b"}, fresh=False)
