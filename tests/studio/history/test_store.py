"""A history keeps every question and every answer that it said it kept."""

import sqlite3
import subprocess
import sys
import threading
import time
from random import Random

import pytest

from deixis.core.errors import UsageError
from deixis.studio.history import HistoryEntry, KeptCell, QuestionHistory
from deixis.studio.history.migrations import STEPS

KILLS = 100
CUP = {"cup": {"kind": "box", "box": [4.5, 3, 50, 41.25], "label": "coffee cup"}}


def entry(question="What is {cup} standing on?", **more):
    return HistoryEntry(picture="ab" * 32, question=question, regions=CUP, **more)


def cell(place=0, text="A saucer", **told):
    return KeptCell(place=place, model="nano", encoding="arrow", text=text, told=told)


@pytest.fixture(params=[True, False], ids=["FTS5", "without"])
def history(request, tmp_path):
    opened = QuestionHistory(tmp_path / "history.sqlite", searches_words=request.param)
    yield opened
    opened.close()


def found(history, query):
    return [one.id for one in history.search(query)]


def test_an_entry_comes_back_the_same(history):
    cells = (cell(0), KeptCell(place=1, model="qwen", dialect="qwen3_vl", after=(7, 2)))
    begun = history.begin(entry(cells=cells, settings={"max_tokens": 9}))
    assert history.get(begun.id) == begun
    assert begun.cells == cells
    assert begun.regions == CUP


def test_a_cell_that_is_over_takes_the_place_of_the_one_that_was_not(history):
    begun = history.begin(entry(cells=(cell(text=""),)))
    assert history.keep(begun.id, cell(seconds=1.5))
    assert history.get(begun.id).cells == (cell(seconds=1.5),)


def test_another_history_of_the_same_file_has_it_too(history):
    begun = history.begin(entry())
    other = QuestionHistory(history.path)
    assert other.get(begun.id) == begun
    assert found(other, "standing") == [begun.id]
    other.close()


@pytest.mark.parametrize("query", ["standing", "SAUCER stand", "coffee", "nano", "sauc", 'cup" OR'])
def test_all_words_are_looked_for_in_questions_answers_labels_and_models(history, query):
    begun = history.begin(entry())
    history.begin(HistoryEntry(picture="cd" * 32, question="And this?"))
    history.keep(begun.id, cell())
    assert found(history, query) == ([] if "OR" in query else [begun.id])


def test_without_words_the_newest_come_first_a_page_at_a_time(history):
    ids = [history.begin(entry()).id for _ in range(5)]
    assert found(history, "") == ids[::-1]
    assert [one.id for one in history.search(before=ids[3], most=2)] == [ids[2], ids[1]]


def test_a_line_tells_the_models_and_the_first_answer(history):
    begun = history.begin(entry(cells=(cell(0, ""), cell(1, "A table"))))
    (line,) = history.search("table")
    assert (line.id, line.models, line.first) == (begun.id, ("nano", "nano"), "A table")


def test_what_is_deleted_is_gone_and_a_late_answer_does_not_bring_it_back(history):
    begun = history.begin(entry())
    assert history.delete(begun.id) == []
    assert not history.keep(begun.id, cell())
    assert history.get(begun.id) is None
    assert found(history, "") == found(history, "saucer") == []
    assert history.begin(entry()).id > begun.id  # no id is given twice


def test_pictures_sent_with_another_entry_too_are_not_given_free(history):
    def sent(*names):
        return cell(sent={"pictures": [{"sha256": name} for name in names]})

    first = history.begin(entry(cells=(sent("aa", "bb"),)))
    second = history.begin(entry(cells=(sent("bb"),)))
    assert history.delete(first.id) == ["aa"]
    assert history.delete(second.id) == ["bb"]


def test_half_letters_are_kept_as_question_marks(history):
    begun = history.begin(entry(cells=(cell(text="\ud83d!", said="\udc00"),)))
    assert history.get(begun.id).cells[0].text == "?!"


def test_words_that_were_kept_without_search_are_found_with_it(tmp_path):
    path = tmp_path / "history.sqlite"
    before = QuestionHistory(path, searches_words=False)
    begun = before.begin(entry())
    before.close()
    after = QuestionHistory(path)
    assert after.searches_words
    assert found(after, "coff") == [begun.id]
    after.close()


@pytest.mark.parametrize("version", range(1, len(STEPS) + 1))
def test_a_file_of_any_older_form_is_brought_to_the_newest(tmp_path, version):
    path = tmp_path / "history.sqlite"
    with sqlite3.connect(path) as old:
        old.executescript("".join(STEPS[:version]))
        old.execute(
            "INSERT INTO entries (at, picture, question, regions) VALUES (1, 'p', 'q', '{}')"
        )
        old.execute(f"PRAGMA user_version = {version}")
    old.close()
    history = QuestionHistory(path)
    assert history.get(1) == HistoryEntry(id=1, when=1, picture="p", question="q")
    history.close()


def test_a_file_of_a_newer_form_is_refused_and_left_as_it_is(tmp_path):
    path = tmp_path / "history.sqlite"
    QuestionHistory(path, steps=[*STEPS, "CREATE TABLE later (x)"]).close()
    with pytest.raises(UsageError, match="newer Deixis"):
        QuestionHistory(path)


def test_a_step_that_fails_leaves_the_file_at_the_one_before(tmp_path):
    path = tmp_path / "history.sqlite"
    QuestionHistory(path).close()
    with pytest.raises(UsageError, match="no history"):
        QuestionHistory(path, steps=[*STEPS, "CREATE TABLE later (x); NONSENSE"])
    history = QuestionHistory(path)
    assert history.search() == []
    history.close()


def test_what_is_no_history_is_refused(tmp_path):
    path = tmp_path / "history.sqlite"
    path.write_bytes(b"these are words, and no tables" * 100)
    with pytest.raises(UsageError, match="no history of the studio"):
        QuestionHistory(path)


def test_threads_lose_nothing_of_each_other(history):
    begun = history.begin(entry())

    def keep(first):
        for place in range(first, first + 20):
            history.keep(begun.id, cell(place))

    threads = [threading.Thread(target=keep, args=(20 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [one.place for one in history.get(begun.id).cells] == list(range(80))


WRITER = """
import sys
from pathlib import Path
from deixis.studio.history import HistoryEntry, KeptCell, QuestionHistory
history = QuestionHistory(Path(sys.argv[1]))
while True:
    question = HistoryEntry(picture="p", question="q" * 5000)
    begun = history.begin(question)
    history.keep(begun.id, KeptCell(place=0, model="nano", text="w" * 20000))
    print(begun.id, flush=True)
"""


@pytest.mark.long
def test_a_hundred_kills_lose_no_finished_entry(tmp_path):
    path, moments, told = tmp_path / "history.sqlite", Random(0), set()
    for _ in range(KILLS):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
        )
        told.add(int(writer.stdout.readline()))
        time.sleep(moments.uniform(0, 0.05))
        writer.kill()
        told |= {int(line) for line in writer.stdout if line.endswith("\n")}
        writer.wait()
        writer.stdout.close()
    history = QuestionHistory(path)
    for key in told:
        (kept,) = history.get(key).cells
        assert kept.text == "w" * 20000
    history.close()
    with sqlite3.connect(path) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    file.close()
    assert len(told) > KILLS
