"""`deixis find`, and the region that `deixis ask --cite` checks."""

import json

import pytest

import deixis as dx
from deixis.cli.main import main
from deixis.testing import serve
from tests.ask.seers import ground
from tests.ask.test_find import boxed


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "picture.png"
    path.write_bytes(ground(1000, 800).png())
    return str(path)


def run(capsys, command, picture, what, *more, answers):
    with serve(*answers) as server:
        model = ("--model", f"openai:m@{server.url}", "--dialect", "qwen3_vl")
        code = main([command, picture, what, *model, *more])
    told = capsys.readouterr()
    return code, told.out, told.err


def test_a_line_tells_where_to_click_and_the_region(picture, capsys):
    answers = [boxed(100, 200, 300, 400)]
    code, out, err = run(capsys, "find", picture, "cup", "--kind", "box", answers=answers)
    assert (code, err) == (0, "")
    assert out == "click 200,240  box:100,160,300,320  cup\n"


def test_a_point_is_printed_as_one(picture, capsys):
    answers = ['{"point_2d": [500, 250], "label": "handle"}']
    _, out, _ = run(capsys, "find", picture, "cup", answers=answers)
    assert out == "click 500,200  point:500,200  handle\n"


def test_a_screen_of_two_pixels_a_logical_one_is_clicked_in_logical_ones(picture, capsys):
    answers = [boxed(100, 200, 300, 400)]
    _, out, _ = run(
        capsys, "find", picture, "cup", "--kind", "box", "--scale", "2", answers=answers
    )
    assert out.startswith("click 100,120 on the screen, 200,240 in the picture  box:")


def test_that_nothing_was_found_is_told_beside_the_output(picture, capsys):
    code, out, err = run(capsys, "find", picture, "cup", answers=["Nowhere."])
    assert (code, out) == (0, "")
    assert err == "deixis find: nothing was found: the answer names no place: 'Nowhere.'\n"


def test_a_crop_that_contradicts_is_told_beside_the_output(picture, capsys):
    answers = [boxed(500, 500, 520, 520), "Nowhere."]
    more = ("--kind", "box", "--refine", "1")
    _, out, err = run(capsys, "find", picture, "cup", *more, answers=answers)
    assert out.startswith("click 510,408")
    assert err == (
        "deixis find: the first answer stands; a crop: the answer names no place: 'Nowhere.'\n"
    )


def test_json_holds_all_of_it(picture, capsys):
    answers = [boxed(100, 200, 300, 400)]
    more = ("--kind", "box", "--many", "--json")
    _, out, _ = run(capsys, "find", picture, "cup", *more, answers=answers)
    record = json.loads(out)
    assert record["points"] == [[200, 240]]
    assert record["regions"][0]["box"] == [100, 160, 300, 320]
    assert (record["calls"], record["why"]) == (1, "")


def test_the_looks_are_drawn_to_a_file(picture, capsys, tmp_path):
    answers = [boxed(500, 500, 520, 520), boxed(480, 480, 520, 520)]
    more = ("--refine", "1", "--kind", "box", "--out", str(tmp_path / "trace.png"))
    run(capsys, "find", picture, "cup", *more, answers=answers)
    assert dx.open_image(tmp_path / "trace.png").size.width > 1000


def test_words_are_given_as_an_argument_or_a_file(picture, capsys, tmp_path):
    (tmp_path / "mine.toml").write_text('[qwen3_vl.point]\none = "Tap {what}."\nmany = "{what}s"\n')
    for more, asked in (
        (("--prompt", "Where is {what}?"), "Where is cup?"),
        (("--prompt-file", str(tmp_path / "mine.toml")), "Tap cup."),
        (("--prompt-file", str(tmp_path / "mine.toml"), "--many"), "cups"),
    ):
        with serve(boxed(1, 1, 2, 2)) as server:
            model = ("--model", f"openai:m@{server.url}", "--dialect", "qwen3_vl")
            main(["find", picture, "cup", *model, *more, "--max-new-tokens", "9"])
        assert server.texts == [asked]
        assert server.bodies[0]["max_tokens"] == 9


def test_prompts_are_listed_with_their_sources(capsys, tmp_path):
    assert main(["find", "--prompts", "--dialect", "gemini"]) == 0
    out = capsys.readouterr().out
    assert "gemini box: Detect {what} in the image" in out
    assert "source: https://ai.google.dev/" in out
    assert "qwen" not in out


def test_prompts_are_listed_as_json_those_of_a_file_first(capsys, tmp_path):
    (tmp_path / "mine.toml").write_text('[mine.point]\none = "Tap {what}."\nmany = "{what}s"\n')
    main(["find", "--prompts", "--json", "--prompt-file", str(tmp_path / "mine.toml")])
    rows = json.loads(capsys.readouterr().out)
    assert (rows[0]["dialect"], rows[0]["source"]) == ("mine", "yours")
    assert {"any", "gemini", "ui_tars"} <= {row["dialect"] for row in rows}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["find"], "give a picture: deixis find shot.png"),
        (["find", "a.png"], "give what to find: deixis find"),
        (["find", "a.png", "cup"], "give --model: deixis find"),
        (["find", "a.png", "cup", "--model", "m", "--out", "no/t.png"], "cannot write no/t.png"),
        (["ask", "a.png", "What?", "--model", "m", "--cite", "--stream"], "--stream prints words"),
        (["ask", "--replay", "a.json", "--model", "m", "--cite"], "leave out --cite"),
    ],
)
def test_a_mistake_is_told(words, message, capsys):
    assert main(words) == 2
    assert message in capsys.readouterr().err


CITED = ("QUILT", boxed(200, 200, 400, 400), "It says QUILT.", "There is no sign.")


def test_a_cited_answer_tells_the_verdict_and_what_it_rests_on(picture, capsys):
    code, out, _ = run(capsys, "ask", picture, "What is there?", "--cite", answers=CITED)
    assert code == 0
    assert out.splitlines() == [
        "QUILT",
        "cited: confirmed",
        "  region: box:200,160,400,320",
        "  the region alone: It says QUILT. (agreement 1.00)",
        "  without it: There is no sign. (agreement 0.00)",
    ]


def test_a_cited_answer_that_rests_on_nothing_says_why(picture, capsys):
    answers = ("QUILT", "Nowhere.")
    _, out, _ = run(capsys, "ask", picture, "What is there?", "--cite", answers=answers)
    assert out.splitlines()[1:] == [
        "cited: unknown: the answer names no place: 'Nowhere.'",
    ]


def test_a_cited_answer_is_part_of_the_json(picture, capsys):
    _, out, _ = run(capsys, "ask", picture, "What is there?", "--cite", "--json", answers=CITED)
    cited = json.loads(out)["cited"]
    assert cited["verdict"] == "confirmed"
    assert cited["region"]["box"] == [200, 160, 400, 320]
    _, out, _ = run(capsys, "ask", picture, "What is there?", "--json", answers=CITED)
    assert "cited" not in json.loads(out)
