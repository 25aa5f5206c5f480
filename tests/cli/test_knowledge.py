"""`deixis look` and `deixis knowledge`, as people call them."""

import json

import pytest

from deixis.cli.main import main
from deixis.core.images import open_image
from tests.batch.store_nursery import album, noise


@pytest.fixture
def known(tmp_path):
    return album(tmp_path, 5)


def test_look_prints_a_line_a_note_and_draws_them(tmp_path, known, capsys):
    picture, out = tmp_path / "pictures" / "00003.png", tmp_path / "deep" / "notes.png"
    assert main(["look", str(picture), "--source", f"regions:{known}", "--out", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert lines[1].split()[:3] == ["1", "box", "STOP"]
    assert open_image(out).size.width == 32 * open_image(picture).size.width  # room for numbers


def test_the_number_of_a_word_stands_beside_the_word(tmp_path, capsys):
    """Audit, 5: `look docs/scene.png -o x.png` put [1] on the sign."""
    out = tmp_path / "x.png"
    assert main(["look", "docs/scene.png", "-o", str(out)]) == 0
    assert "CENTER" in capsys.readouterr().out
    before, after = open_image("docs/scene.png").pixels, open_image(out).pixels
    word = before[59:118, 88:268].repeat(2, axis=0).repeat(2, axis=1)
    assert (after[118:236, 176:536] == word).all()
    assert (after != before.repeat(2, axis=0).repeat(2, axis=1)).any()


def test_look_gives_regions_as_json(tmp_path, known, capsys):
    picture = tmp_path / "pictures" / "00002.png"
    assert main(["look", str(picture), "--source", f"regions:{known}", "--json"]) == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert [note["label"] for note in notes] == ["red car", "STOP"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--source", "rapidocrs"], "did you mean 'rapidocr'"),
        (["--source", "panoptic"], "this source is written panoptic:"),
        (["--source", "truth", "--words", "cat"], "option words"),
        (["--least-score", "3"], "within 0..1"),
        (["--out", "notes.gif"], "a picture's file ends in .png"),
    ],
)
def test_mistakes_of_look_are_told(more, message, tmp_path, known, capsys):
    assert main(["look", str(tmp_path / "pictures" / "00002.png"), *more]) == 2
    assert message in capsys.readouterr().err


def test_extract_stats_and_show(tmp_path, known, capsys):
    store, pictures = tmp_path / "store", tmp_path / "pictures"
    extract = ["knowledge", "extract", str(pictures), "--out", str(store)]
    assert main([*extract, "--source", f"regions:{known}"]) == 0
    assert "6 notes on 5 pictures" in capsys.readouterr().out
    assert main(["knowledge", "stats", str(store), "--out", str(tmp_path / "stats.png")]) == 0
    assert "6 notes on 5 pictures; 0 failed" in capsys.readouterr().out
    assert open_image(tmp_path / "stats.png").size.width > 600
    show = ["knowledge", "show", str(store), str(pictures / "00003.png")]
    assert main([*show, "--out", str(tmp_path / "notes.png")]) == 0
    assert "STOP" in capsys.readouterr().out
    assert main(["knowledge", "show", str(store), str(pictures / "00000.png")]) == 0
    assert "nothing is known of it" in capsys.readouterr().out


def test_extract_reads_the_pictures_of_rows(tmp_path, known, capsys):
    rows = [
        {
            "id": str(i),
            "image": f"{i:05d}.png",
            "conversations": [
                {"from": "human", "value": "<image>\nWhat is it?"},
                {"from": "gpt", "value": "a cat"},
            ],
        }
        for i in (1, 3, 1, 9)  # one twice, one that is not there
    ]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    arguments = [
        *("knowledge", "extract", str(tmp_path / "rows.json")),
        *("--images", str(tmp_path / "pictures"), "--source", f"regions:{known}"),
        *("--out", str(tmp_path / "store"), "--json"),
    ]
    assert main(arguments) == 1
    record = json.loads(capsys.readouterr().out)
    assert (record["pictures"], record["notes"]) == (2, 4)
    assert ["00009.png" in line for line in record["failed"]] == [True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["extract", "nowhere", "--out", "s"], "there is no 'nowhere'"),
        (["extract", ".", "--out", "s", "--workers", "0"], "at least 1 worker"),
        (["extract", ".", "--out", "s", "--runner", "rays"], "did you mean 'ray'"),
        (["extract", ".", "--out", "s"], "there is no picture in"),
        (["stats", "."], "no whole store of notes"),
        (["show", ".", "nothing.png"], "nothing.png"),
    ],
)
def test_mistakes_are_told(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["knowledge", *arguments]) == 2
    assert message in capsys.readouterr().err


def test_labels_cannot_steer_the_terminal(tmp_path, known, capsys):
    known.write_text(known.read_text().replace("STOP", "a\\u001b[2Jb\\u202ec"))
    picture, store = tmp_path / "pictures" / "00003.png", tmp_path / "store"
    (tmp_path / "pictures" / "\x1b[31m.png").write_bytes(b"no picture")
    source = ["--source", f"regions:{known}"]
    assert main(["look", str(picture), *source]) == 0
    folder = ["knowledge", "extract", str(tmp_path / "pictures"), "--out", str(store)]
    assert main([*folder, *source, "--skip-bad"]) == 0
    assert main(["knowledge", "stats", str(store)]) == 0
    assert main(["knowledge", "show", str(store), str(picture)]) == 0
    shown = capsys.readouterr().out
    assert shown.count("a[2Jbc") == 3
    assert "[31m.png" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_ask_passes_on_what_is_asked_of_sources(tmp_path, known, capsys):
    arguments = [
        *("ask", str(tmp_path / "pictures" / "00003.png"), "What?", "--model", "tiny:llava"),
        *("--knowledge", "told", "--source", f"regions:{known}", "--max-new-tokens", "2"),
    ]
    assert main([*arguments, "--words", "cat"]) == 2
    assert "none of these sources has an option words" in capsys.readouterr().err
    assert main([*arguments, "--least-score", "0.5", "--json"]) == 0
    assert "Objects" in json.loads(capsys.readouterr().out)["sent"]["text"]  # none has a score
    assert main([*arguments[:5], "--least-score", "0.5"]) == 2
    assert "say how it reaches the model" in capsys.readouterr().err


def test_ask_is_told_what_is_known(tmp_path, known, capsys):
    picture = tmp_path / "asked.png"
    picture.write_bytes(noise(3).png())
    arguments = [
        *("ask", str(tmp_path / "pictures" / "00003.png"), "What is it?", "--model", "tiny:llava"),
        *("--knowledge", "told", "--source", f"regions:{known}", "--max-new-tokens", "2", "--json"),
    ]
    assert main(arguments) == 0
    sent = json.loads(capsys.readouterr().out)["sent"]
    assert sent["text"].startswith('Objects in the picture: 1 "STOP" at (')
