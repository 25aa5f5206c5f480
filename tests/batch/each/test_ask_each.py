"""Every region of a folder becomes a row, and no finished call is made twice."""

from contextlib import closing

import numpy as np
import pytest

import deixis as dx
from deixis.batch.each import CallBudget, TokenPrice
from deixis.core import region_json
from deixis.core.errors import RemoteError, UsageError
from tests.batch.each.nursery import asked, counting, line, photos, read
from tests.unhooked import unhooked


@pytest.fixture
def server():
    with counting() as found:
        yield found


def test_each_region_is_a_row_in_the_order_of_the_regions(tmp_path, server):
    photos(tmp_path)
    told = asked(server, tmp_path)
    rows = read(tmp_path / "rows.jsonl")
    assert (told.num_pictures, told.num_rows, told.num_errors, told.num_left) == (3, 12, 0, 0)
    assert [(row["image"], row["id"]) for row in rows] == [
        (f"{i:04d}.png", str(n)) for i in range(3) for n in range(4)
    ]
    assert all(row["text"].startswith("a thing") for row in rows)
    assert rows[0]["sent"] == 'Describe [{"bbox_2d": [37, 83, 333, 333]}].'
    assert list(told.rows()) == rows


def test_what_was_answered_is_not_asked_again(tmp_path, server):
    photos(tmp_path)
    asked(server, tmp_path)
    first = (tmp_path / "rows.jsonl").read_bytes()
    told = asked(server, tmp_path)
    assert (tmp_path / "rows.jsonl").read_bytes() == first
    assert (told.calls, server.asked.total()) == (12, 12)


def test_a_further_question_asks_only_itself(tmp_path, server):
    photos(tmp_path)
    asked(server, tmp_path)
    told = asked(server, tmp_path, question=["Describe {it}.", "What colour has {it}?"])
    assert (told.num_rows, server.asked.total()) == (24, 24)
    assert max(server.asked.values()) == 1


def test_a_region_that_moved_is_asked_anew(tmp_path, server):
    _, known = photos(tmp_path)
    asked(server, tmp_path)
    lines = known.read_text().splitlines()
    lines[5] = line("0001.png", [3, 3, 5, 6])
    known.write_text("\n".join(lines))
    asked(server, tmp_path)
    assert server.asked.total() == 13
    assert read(tmp_path / "rows.jsonl")[5]["region"]["box"] == [3, 3, 5, 6]


def test_a_picture_that_is_missing_or_broken_is_an_error_in_its_rows_alone(tmp_path, server):
    folder, _ = photos(tmp_path)
    (folder / "0001.png").write_bytes(b"no picture")
    (folder / "0002.png").unlink()
    told = asked(server, tmp_path)
    rows = read(tmp_path / "rows.jsonl")
    assert (told.num_rows, server.asked.total()) == (12, 4)
    errors = [row["error"] for row in rows if "error" in row]
    assert sum("0001.png" in error for error in errors) == 4
    assert sum("no image '0002.png'" in error for error in errors) == 4
    assert len(told.first_errors) == 3  # of five that differ


def test_a_failed_call_is_an_error_that_the_next_run_asks_again(tmp_path, server):
    photos(tmp_path)
    server.fails = lambda number: number == 3
    assert asked(server, tmp_path).num_errors == 1
    (wrong,) = (row for row in read(tmp_path / "rows.jsonl") if "error" in row)
    assert "answered 500: broken" in wrong["error"]
    assert asked(server, tmp_path).num_errors == 0
    assert server.asked.total() == 13


def test_a_server_that_fails_always_is_not_asked_for_ever(tmp_path, server):
    photos(tmp_path, regions=20)
    server.fails = lambda number: True
    with pytest.raises(RemoteError, match=r"6 calls in a row failed, the last: .*broken"):
        asked(server, tmp_path, at_once=2)
    assert server.asked.total() < 10


def test_a_wrong_key_stops_all(tmp_path, server):
    photos(tmp_path)
    answer, server.server.answer = server.server.answer, lambda body: server.server.fail(401)
    with pytest.raises(UsageError, match="api_key"):
        asked(server, tmp_path, at_once=2)
    server.server.answer = answer
    assert asked(server, tmp_path).num_errors == 0


def test_other_settings_are_refused_until_a_fresh_start(tmp_path, server):
    photos(tmp_path)
    asked(server, tmp_path)
    with pytest.raises(UsageError, match=r"encoding was 'said', is 'cropped:0.5'.*--fresh"):
        asked(server, tmp_path, encoding="cropped:0.5")
    told = asked(server, tmp_path, encoding="cropped:0.5", fresh=True)
    assert (told.calls, server.asked.total()) == (12, 24)


def test_each_setting_that_differs_is_named(tmp_path, server):
    photos(tmp_path)
    asked(server, tmp_path)
    with pytest.raises(UsageError, match=r"\(settings.seed was None, is 3\)"):
        asked(server, tmp_path, settings=dx.Generation(seed=3))


def test_places_in_an_answer_are_those_that_ask_tells(tmp_path, server):
    photos(tmp_path, pictures=1, regions=1)
    server.server.answer = lambda body: '[{"bbox_2d": [100, 200, 500, 600]}]'
    asked(server, tmp_path, encoding="cropped")
    (row,) = read(tmp_path / "rows.jsonl")
    model = dx.load(server.model)
    with closing(model.vlm):
        given = dx.cropped(region_json.from_record(row["region"]))
        answer = model.ask(tmp_path / "photos" / "0000.png", "Describe {it}.", it=given)
    assert row["regions"] == [region_json.to_record(one) for one in answer.regions]


def test_a_file_without_its_journal_is_not_written_over(tmp_path, server):
    photos(tmp_path)
    (tmp_path / "rows.jsonl").write_text("{}\n")
    with pytest.raises(UsageError, match="no journal of it"):
        asked(server, tmp_path)


def test_without_regions_each_picture_is_asked_about_as_a_whole(tmp_path, server):
    photos(tmp_path)
    told = asked(server, tmp_path, question="What is in the picture?", regions=None)
    assert (told.num_rows, read(tmp_path / "rows.jsonl")[0]["region"]) == (3, None)


def test_regions_may_be_given_by_the_names_of_pictures(tmp_path, server):
    photos(tmp_path)
    asked(server, tmp_path, regions={"0002.png": [dx.point(3, 4)], "0000.png": [(1, 1, 5, 6)]})
    assert [row["region"]["kind"] for row in read(tmp_path / "rows.jsonl")] == ["point", "box"]


@pytest.mark.parametrize(
    ("question", "more", "reason"),
    [
        ("Describe this.", {}, "does not mention the region: write {it}"),
        (["Is {it} {that}?"], {}, "speak of it, that: write"),
        ("Describe {it}.", {"regions": None}, "no regions were given"),
        ("", {}, "questions is words"),
        (None, {}, "questions is a tuple of words, got None"),
        ("Describe {it}.", {"budget": 3}, "a budget is written calls=1000,money=5, got 3"),
        ("Describe {it}.", {"out": None}, "out is a path, got None"),
        ("Describe {it}.", {"regions": 7}, "regions is a path, got 7"),
        ("Describe {it}.", {"model": 7}, "model is a Model or its name, got 7"),
        ("Describe {it}.", {"settings": np.zeros(2)}, "settings is a Generation, got an array"),
        ("Describe {it}.", {"reporter": np.zeros(2)}, "reporter is a Reporter, got an array"),
        ("Describe {it}.", {"strict": 1}, "strict is True or False, got 1"),
        ("Describe {it}.", {"regions": "nowhere.json"}, "neither of 'nowhere.json'"),
        ("Describe {it}.", {"out": "rows.txt"}, "--as jsonl, parquet, coco"),
        ("Describe {it}.", {"rows_as": "cocoa"}, "did you mean 'coco'"),
        ("Describe {it}.", {"at_once": 0}, "at least 1"),
        ("Describe {it}.", {"encoding": "cropt"}, "did you mean 'cropped'"),
        ("Describe {it}.", {"budget": "money=3"}, "needs a price"),
        ("Describe {it}.", {"budget": "call=3"}, "did you mean 'calls'"),
        ("Describe {it}.", {"price": "in=3"}, "told of both"),
    ],
)
def test_a_mistake_is_told_before_anything_is_asked(tmp_path, server, question, more, reason):
    photos(tmp_path)
    with pytest.raises(UsageError, match=reason), unhooked():
        asked(server, tmp_path, question=question, **more)
    assert server.asked.total() == 0


@pytest.mark.parametrize("amount", ["many", None, -1, float("nan")])
def test_an_amount_that_is_none_is_refused(amount):
    with unhooked(), pytest.raises(UsageError, match="a budget's calls is a number"):
        CallBudget(calls=amount)
    with unhooked(), pytest.raises(UsageError, match="a price's answer is a number"):
        TokenPrice(prompt=1, answer=amount)


def test_a_model_that_cannot_be_told_places_is_refused_before_the_first_call(tmp_path, server):
    photos(tmp_path)
    with pytest.raises(UsageError, match="dialect"):
        asked(server, tmp_path, model=f"openai:nobody@{server.server.url}")
    assert server.asked.total() == 0


def test_no_more_than_at_once_are_under_way(tmp_path):
    photos(tmp_path)
    with counting(delay=0.05) as server:
        asked(server, tmp_path, at_once=3)
        assert server.server.most_in_flight == 3


def test_a_budget_in_calls_is_kept_over_all_runs(tmp_path, server):
    photos(tmp_path)
    told = asked(server, tmp_path, budget="calls=5")
    assert (told.calls, told.num_left, told.is_over_budget) == (5, 7, True)
    assert asked(server, tmp_path, budget="calls=5").calls == 5
    assert server.asked.total() == 5
    assert asked(server, tmp_path, budget="calls=20").num_left == 0


def test_a_budget_in_money_is_kept(tmp_path, server):
    photos(tmp_path)
    told = asked(server, tmp_path, price="in=1000,out=10000", budget="money=1")
    assert (told.calls, round(told.money, 3)) == (5, 1.0)  # each costs 0.1 + 0.1
    assert (told.usage.prompt, told.usage.answer) == (500, 50)


def test_a_budget_in_tokens_needs_a_server_that_tells_them(tmp_path, server):
    photos(tmp_path)
    server.server.answer = lambda body: "words"
    with pytest.raises(UsageError, match="does not tell how many tokens"):
        asked(server, tmp_path, budget="tokens=1000")
    assert server.server.num_requests == 1


@pytest.mark.long
def test_a_local_model_is_asked_in_its_batches(tmp_path):
    photos(tmp_path, pictures=2, regions=3)
    told = dx.ask_each(
        tmp_path / "photos",
        "Describe {it}.",
        regions=tmp_path / "regions.jsonl",
        model=dx.load("tiny:qwen3_vl"),
        out=tmp_path / "rows.jsonl",
        settings=dx.Generation(max_new_tokens=2),
    )
    assert (told.num_rows, told.num_errors) == (6, 0)
