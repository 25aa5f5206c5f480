import json

import pytest

from deixis.cli import main as cli
from deixis.testing import serve


def run(capsys, *arguments):
    code = cli.main(["probe", *arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_dry_run_asks_nothing(capsys):
    code, out, _ = run(capsys, "openai:any@http://127.0.0.1:9/v1", "--dry-run", "--seed", "3")
    assert code == 0
    assert out.startswith("at most 24 calls for the dialect, 300 for encodings")
    assert "3400x2300" in out
    assert "drawn:arrow" in out


def test_a_dry_run_as_json(capsys):
    code, out, _ = run(capsys, "nano", "--dry-run", "--json", "--budget", "2")
    assert code == 0
    assert len(json.loads(out)["first"]) == 2


def test_a_server_without_places_gets_no_contract(capsys, tmp_path):
    with serve(answer=lambda body: "I cannot see it.") as server:
        model = f"openai:any@{server.url}"
        code, out, err = run(capsys, model, "--marks-budget", "0", "--out", str(tmp_path / "found"))
        again = run(
            capsys, model, "--marks-budget", "0", "--json", "--out", str(tmp_path / "found")
        )
    assert code == 0
    assert out.startswith("Its dialect cannot be told: 0 of 8 answers hold a place.")
    assert "8 calls, 0 answers from the file" in out
    assert "8/8" in err
    assert len(server.requests) == 8
    record = json.loads(again[1])
    assert record["calls"]["kept"] == 8
    assert record["dialect"]["told"] is False
    names = {path.name for path in (tmp_path / "found").iterdir()}
    assert {"index.html", "probe.json", "answers.jsonl"} <= names
    assert "contract.json" not in names


def test_too_small_a_budget_for_marks_is_a_mistake(capsys):
    code, _, err = run(capsys, "nano", "--marks-budget", "10")
    assert code == 2
    assert "174 calls at least" in err


def test_a_server_that_fails_ends_the_probe_and_what_it_said_is_kept(capsys, tmp_path):
    with serve() as server:
        server.then("[1, 2, 3, 4]", *[server.fail(400, "too large")] * 3)
        code, _, err = run(
            capsys, f"openai:any@{server.url}", "--out", str(tmp_path), "--marks-budget", "0"
        )
    assert code == 1
    assert "too large" in err
    assert (tmp_path / "answers.jsonl").read_text(encoding="utf-8").count("\n") == 1


@pytest.mark.parametrize("option", ["--budget", "--seed"])
def test_numbers_below_zero_are_mistakes(option, capsys):
    assert run(capsys, "nano", option, "-1")[0] == 2
