"""`deixis eval`: list, run, compare and report, as one would type them."""

import json

import pytest

from deixis.cli.main import main
from deixis.core.images import open_image
from deixis.evals.benchmarks import benchmarks

pytestmark = pytest.mark.lab  # it asks about scenes of Things


def run(capsys, *arguments):
    code = main(["eval", *map(str, arguments)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def evaluate(capsys, out, *more):
    return run(
        capsys, "run", "scenes_naming", "--model", "nano", "--pictures", 12, "--limit", 3,
        "--out", out, *more,
    )  # fmt: skip


def test_list_names_every_benchmark(capsys):
    code, out, _ = run(capsys, "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[1:]] == benchmarks.names()


def test_list_gives_json(capsys):
    record = json.loads(run(capsys, "list", "--json")[1])
    assert set(record) == set(benchmarks.names())
    assert record["scenes_vip_bench"]["needs_judge"] is True


def test_a_run_of_nano_in_two_encodings_is_told_compared_and_shown(tmp_path, capsys):
    ways = ["--encoding", "said", "--encoding", "dimmed"]
    code, out, err = evaluate(capsys, tmp_path / "out", *ways)
    assert code == 0
    assert "scenes_naming · nano · dimmed" in out
    assert "encodings, spread" in out
    assert "3/3" in err
    assert open_image(tmp_path / "out" / "scores.png").size.width > 400
    folders = sorted((tmp_path / "out").glob("scenes_naming--*"))
    assert len(folders) == 2
    code, out, _ = run(capsys, "compare", *folders)
    assert code == 0
    assert "accuracy differs by" in out
    record = json.loads(run(capsys, "compare", *folders, "--json")[1])
    assert record["num_questions"] == 3
    code, out, _ = run(capsys, "report", tmp_path / "out", "--out", tmp_path / "again")
    assert code == 0
    assert (tmp_path / "again" / "report.html").is_file()
    left = tmp_path / "out" / ".encodings.json.0123abcd.draft"
    left.write_text("half")  # by a run that was killed
    again = json.loads(evaluate(capsys, tmp_path / "out", *ways, "--json")[1])
    assert not left.exists()
    assert [one["num_asked"] for one in again["runs"]] == [0, 0]
    assert again["encodings"][0]["num_questions"] == 3
    code, out, _ = run(capsys, "vote", *folders, "--out", tmp_path / "vote")
    assert code == 0
    assert "vote(" in out
    told = json.loads(run(capsys, "report", tmp_path / "out", "--json")[1])
    assert len(told["runs"]) == 2


def test_a_graded_run_by_rules(tmp_path, capsys):
    code, out, _ = run(
        capsys, "run", "scenes_vip_bench", "--model", "nano", "--pictures", 4, "--limit", 2,
        "--judge", "rules", "--out", tmp_path,
    )  # fmt: skip
    assert code == 0
    assert "scenes_vip_bench · nano · said · rules/1" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "scenes_nam", "--model", "nano"], "did you mean 'scenes_naming'"),
        (["run", "scenes_naming", "--model", "nan"], "nano"),
        (["run", "scenes_naming", "--model", "nano", "--encoding", "shouted"], "no encoding"),
        (["run", "scenes_naming", "--model", "nano", "--limit", "0"], "at least 1"),
        (["run", "scenes_naming", "--model", "nano", "--data", "x"], "leave the data out"),
        (["run", "scenes_vip_bench", "--model", "nano"], "--judge rules"),
    ],
)
def test_a_mistake_exits_with_2_and_says_what_to_do(arguments, said, tmp_path, capsys):
    code, _, err = run(capsys, *arguments, "--out", tmp_path)
    assert code == 2
    assert said in err


def test_comparing_what_is_no_run_exits_with_2(tmp_path, capsys):
    code, _, err = run(capsys, "compare", tmp_path, tmp_path)
    assert code == 2
    assert "a run's folder is expected" in err


def test_a_search_tells_its_rounds_and_its_winner(tmp_path, capsys):
    code, out, _ = run(
        capsys, "search-style", "scenes_naming", "--model", "nano", "--pictures", 14,
        "--encoding", "said", "--encoding", "dimmed", "--budget", 8, "--confirm", 2,
        "--out", tmp_path,
    )  # fmt: skip
    assert code == 0
    assert "round 1, 4 questions each" in out
    assert "best: " in out
    assert json.loads((tmp_path / "search.json").read_text())["num_questions"] == 8


@pytest.mark.parametrize("part", ["list", "run", "compare", "report", "vote", "search-style"])
def test_every_part_teaches(part, capsys):
    with pytest.raises(SystemExit) as left:
        main(["eval", part, "--help"])
    assert left.value.code == 0
    assert "--json" in capsys.readouterr().out
