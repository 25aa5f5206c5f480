"""A mistyped command line is refused in one line that tells what was probably meant."""

import pytest

from deixis.cli.main import main

PICTURE = "docs/photographs/cat.jpg"
IT = "it=box:1,2,30,40"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            ["ask", PICTURE, "x {it}", IT, "--modle", "nano"],
            "no option --modle; did you mean --model?",
        ),
        (
            ["ask", PICTURE, "x {it}", IT, "--modle=nano"],
            "no option --modle; did you mean --model?",
        ),
        (["draw", PICTURE, "--region", IT], "a region stands by itself, without an option"),
        (["knowledge", "extract", "--srce", "x"], "deixis knowledge extract has no option --srce"),
        (["ask", PICTURE, "--max-new", "3"], "no option --max-new; did you mean --max-new-tokens?"),
    ],
)
def test_an_unknown_option_is_named_with_what_was_meant(
    words: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    told = capsys.readouterr().err
    assert expected in told
    assert told.count("\n") == 1


def test_what_stands_behind_two_dashes_is_no_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["draw", PICTURE, "--", "--modle"])
    assert "no option" not in capsys.readouterr().err


def test_what_is_missing_is_told_without_the_whole_usage(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["ask", PICTURE, "x {it}", IT])
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told == (
        "deixis ask: the following arguments are required: --model; see deixis ask --help\n"
    )
