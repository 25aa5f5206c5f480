"""`deixis prior`: from a folder to ranks, and from ranks and answers to a report."""

import json

import pytest

from deixis.cli.main import main
from tests.data.entities.entity_folder import bad_folder, good_folder
from tests.priors import tiny_encoders


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("DEIXIS_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return "dual:" + tiny_encoders.save(tiny_encoders.clip, tmp_path_factory.mktemp("clip"))


def test_rank_says_what_is_least_known_and_what_was_left_out(tmp_path, clip, capsys):
    folder, out = str(bad_folder(tmp_path / "e")), tmp_path / "ranks"
    assert main(["prior", "rank", folder, "--encoder", clip, "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("least known  mean rank of 3")
    assert "tiny.png: it is tiny: 5 pixels" in said
    assert main(["prior", "rank", folder, "--encoder", clip, "--out", str(out), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["num_candidates"] == 3
    assert len(record["left_out"]) == 6
    assert json.loads((out / "ranks.json").read_text()) == record


def test_rank_among_names_of_a_file_with_templates(tmp_path, clip, capsys):
    (tmp_path / "names.txt").write_text("red fox\ntea pot\nzebra\nyak\n")
    asked = ["prior", "rank", str(bad_folder(tmp_path / "e")), "--encoder", clip, "--json"]
    more = ["--candidates", str(tmp_path / "names.txt"), "--template", "a {}", "--edges", "1,3"]
    assert main([*asked, *more, "--out", str(tmp_path / "out")]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["num_candidates"] == 4
    assert record["templates"] == ["a {}"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--edges", "1,x"], "--edges are numbers with commas between, got '1,x'"),
        (["--encoder", "clap:x"], "no vision encoder named 'clap'"),
        (["--candidates", "no.txt"], "cannot read the candidates of no.txt"),
    ],
)
def test_mistakes_are_told(tmp_path, clip, capsys, more, words):
    folder = str(bad_folder(tmp_path / "e"))
    given = ["prior", "rank", folder, "--encoder", clip, "--out", str(tmp_path / "out"), *more]
    assert main(given) == 2
    assert words in capsys.readouterr().err


@pytest.mark.long
def test_report_questions_and_compare(tmp_path, clip, capsys):
    folder = str(bad_folder(tmp_path / "e"))
    ranks, report = str(tmp_path / "ranks"), str(tmp_path / "report")
    assert main(["prior", "rank", folder, "--encoder", clip, "--out", ranks]) == 0
    asked = ["prior", "report", folder, "--ranks", ranks, "--model", "tiny:llava"]
    (tmp_path / "often.json").write_text('{"zebra": 3}')
    more = ["--kind", "naming", "--frequency", str(tmp_path / "often.json"), "--out", report]
    capsys.readouterr()
    assert main([*asked, *more]) == 0
    said = capsys.readouterr().out
    assert "Spearman" in said
    assert "left out: " in said
    assert main([*asked, *more, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "prior"
    assert main(["prior", "compare", report, report, "--out", str(tmp_path / "c")]) == 0
    assert "band before" in capsys.readouterr().out
    assert main(["prior", "compare", report, report, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bands"]
    written = ["prior", "questions", folder, "--kind", "naming", "--out", str(tmp_path / "q")]
    assert main(written) == 0
    assert "9 questions: " in capsys.readouterr().out
    assert main([*written, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] == 9


@pytest.mark.long
def test_repair_ends_in_a_model(tmp_path, capsys):
    folder = str(good_folder(tmp_path / "e", per_entity=4))
    (tmp_path / "names.txt").write_text("zebra\n")
    short = []
    for stage in ("encoder", "answers"):
        for setting in ("steps=1", "batch_size=2", "num_workers=0", "precision=fp32"):
            short += [f"--set-{stage}", setting]
    asked = ["prior", "repair", folder, "--model", "tiny:llava", "--kind", "naming", *short]
    more = ["--names", str(tmp_path / "names.txt"), "--out", str(tmp_path / "out")]
    assert main([*asked, *more]) == 0
    model = tmp_path / "out" / "answers" / "model"
    assert f"The repaired model is {model}." in capsys.readouterr().out
    assert main([*asked, *more, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"model": str(model), "how": "repair"}
