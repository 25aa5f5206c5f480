"""`deixis prior`: from a folder to ranks, and from ranks and answers to a report."""

import json

import numpy as np
import pytest

import deixis as dx
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


def test_probe_tells_what_it_would_do_and_then_what_it_found(tmp_path, clip, capsys):
    folder = tmp_path / "e"
    draws = np.random.default_rng(0)
    for name in ("red fox", "tea pot", "zebra"):
        (folder / name).mkdir(parents=True)
        for turn in range(5):
            pixels = draws.integers(0, 256, (40, 30, 3), dtype=np.uint8)
            dx.Image(pixels=pixels).save(folder / name / f"{turn}.png")
    out = tmp_path / "probed"
    asked = ["prior", "probe", str(folder), "--encoder", clip, "--out", str(out)]
    assert main([*asked, "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "15 pictures of 3 entities would be embedded (0 left out)" in told
    assert "32 probes fitted" in told
    assert not out.exists()
    assert main(asked) == 0
    said = capsys.readouterr().out
    assert "not testable: 15 pictures are tried, 40 are needed" in said
    assert (out / "index.html").is_file()
    assert main([*asked, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((out / "probe.json").read_text())


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--unfrozen"], "--unfrozen trains a model's own tower: --encoder tower:MODEL"),
        (["--set-encoder", "steps=3"], "add --unfrozen"),
        (["--margin", "0"], "the margin is above 0 points"),
        (["--names", "no.txt"], "cannot read the candidates of no.txt"),
    ],
)
def test_mistakes_of_a_probe_are_told(tmp_path, clip, capsys, more, words):
    given = ["prior", "probe", str(good_folder(tmp_path / "e")), "--encoder", clip]
    assert main([*given, "--out", str(tmp_path / "out"), *more]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.long
def test_a_tower_is_trained_and_probed_again(tmp_path, capsys):
    folder, out = tmp_path / "e", tmp_path / "probed"
    draws = np.random.default_rng(0)
    for name in ("red fox", "tea pot", "zebra"):
        (folder / name).mkdir(parents=True)
        for turn in range(8):
            pixels = draws.integers(0, 256, (40, 30, 3), dtype=np.uint8)
            dx.Image(pixels=pixels).save(folder / name / f"{turn}.png")
    asked = ["prior", "probe", str(folder), "--encoder", "tower:tiny:llava", "--unfrozen", "--json"]
    (tmp_path / "names.txt").write_text("red fox\ntea pot\nzebra\n")
    asked += ["--names", str(tmp_path / "names.txt")]
    assert main([*asked, "--set-encoder", "steps=2", "--out", str(out)]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["gain"]["low"] <= record["gain"]["points"] <= record["gain"]["high"]
    assert (out / "unfrozen" / "model").is_dir()
    page = (out / "README.md").read_text()
    assert "prior probe --unfrozen" in page
    assert "--set-encoder steps=2" in page
    assert main([*asked, "--set-encoder", "steps=3", "--out", str(out)]) == 2
    assert "holds a repair with another encoder" in capsys.readouterr().err
