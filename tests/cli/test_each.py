"""`deixis ask --each`."""

import json

import pytest

from deixis.cli.main import main
from tests.batch.each.nursery import QUESTION, counting, photos, read


@pytest.fixture
def server():
    with counting() as found:
        yield found


def words(tmp_path, server, *more, questions=(QUESTION,)):
    return [
        *("ask", "--each", str(tmp_path / "photos"), "--regions", str(tmp_path / "regions.jsonl")),
        *(*questions, "--model", server.model, "--out", str(tmp_path / "rows.jsonl"), *more),
    ]


def test_it_writes_rows_and_tells_what_they_cost(tmp_path, server, capsys):
    photos(tmp_path)
    assert main(words(tmp_path, server, "--price", "in=10,out=20")) == 0
    told = capsys.readouterr()
    assert "12 of 12 rows, 3 pictures, 12 calls, 1200 tokens in, 120 out, price 0.0144" in told.out
    assert "12/12" in told.err
    assert len(read(tmp_path / "rows.jsonl")) == 12


def test_json_tells_the_same(tmp_path, server, capsys):
    photos(tmp_path)
    assert main(words(tmp_path, server, "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["errors"], told["left"], told["calls"]) == (12, 0, 0, 12)


def test_several_questions_are_asked_about_each_region(tmp_path, server):
    photos(tmp_path)
    questions = ("Describe {it}.", "What colour has {it}?", "Is {it} new?")
    assert main(words(tmp_path, server, questions=questions)) == 0
    assert len(read(tmp_path / "rows.jsonl")) == 36


def test_rows_with_errors_are_a_failure_unless_they_are_skipped(tmp_path, server, capsys):
    folder, _ = photos(tmp_path)
    (folder / "0001.png").write_bytes(b"no picture")
    assert main(words(tmp_path, server)) == 1
    told = capsys.readouterr().err
    assert "4 of 12 rows are errors" in told
    assert "\n  0001.png, region 0: " in told
    assert main(words(tmp_path, server, "--skip-bad")) == 0


def test_a_budget_that_is_spent_is_told(tmp_path, server, capsys):
    photos(tmp_path)
    assert main(words(tmp_path, server, "--budget", "calls=5")) == 0
    assert "the budget is spent, and 7 rows are left" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (("--stream",), "--stream is about one answer"),
        (("--at-once", "0"), "at least 1"),
        (("--runner", "rai"), "did you mean 'ray'"),
    ],
)
def test_a_mistake_exits_with_2(tmp_path, server, capsys, more, reason):
    photos(tmp_path)
    assert main(words(tmp_path, server, *more)) == 2
    assert reason in capsys.readouterr().err


def test_a_dry_run_tells_how_much_would_be_asked_and_asks_nothing(tmp_path, server, capsys):
    folder, _ = photos(tmp_path)
    (folder / "0001.png").unlink()
    assert main(words(tmp_path, server, "--dry-run")) == 0
    told = capsys.readouterr().out
    assert told.startswith("12 rows of 2 pictures\n")
    assert "8 calls would be made: at most 1024 tokens out\nto openai:Qwen/" in told
    assert told.count("user: ") == 3
    assert "\n0000.png 2\npicture 1: " in told
    assert 'user: Describe [{"bbox_2d": [37, 83, 333, 333]}].' in told
    assert "4 rows cannot be asked:" in told
    assert "there is no image '0001.png'" in told
    assert (server.asked.total(), sorted(tmp_path.iterdir())) == (
        0,
        [folder, folder.parent / "regions.jsonl"],
    )


def test_a_dry_run_counts_what_is_left(tmp_path, server, capsys):
    photos(tmp_path)
    main(words(tmp_path, server, "--budget", "calls=5"))
    capsys.readouterr()
    assert main(words(tmp_path, server, "--dry-run", "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["left"], told["calls"], server.asked.total()) == (12, 7, 5, 5)
    assert [(row["image"], row["id"]) for row in told["first"]] == [
        *(("0001.png", "1"), ("0001.png", "2"), ("0001.png", "3"))
    ]
    assert told["first"][0]["sent"]["text"].startswith("Describe [")
    assert main(words(tmp_path, server, "--dry-run", "--fresh")) == 0
    assert "12 calls would be made" in capsys.readouterr().out


def test_a_dry_run_tells_by_earlier_answers_what_the_rest_takes(tmp_path, server, capsys):
    photos(tmp_path)
    main(words(tmp_path, server, "--budget", "calls=5"))
    capsys.readouterr()
    assert main(words(tmp_path, server, "--dry-run", "--price", "in=10,out=20")) == 0
    told = capsys.readouterr().out
    assert "by the answers that were had: 700 tokens in, 70 out, price 0.0084\n" in told
    assert main(words(tmp_path, server, "--dry-run", "--json")) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["expected"] == {"prompt": 700, "answer": 70}


def test_a_region_in_the_place_of_a_question_is_refused(tmp_path, server, capsys):
    photos(tmp_path)
    assert main(words(tmp_path, server, questions=(QUESTION, "it=box:1,2,3,4"))) == 2
    told = "regions of a folder are those of --regions; leave out 'it=box:1,2,3,4'"
    assert told in capsys.readouterr().err


def test_an_option_of_folders_needs_one(capsys):
    assert main(["ask", "a.png", "What?", "--model", "tiny:llava", "--budget", "calls=1"]) == 2
    assert "--budget is for a folder: give --each FOLDER" in capsys.readouterr().err
