"""Tesseract reads words that were drawn here; what goes wrong with the program is said."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.sources import KnowledgeSource, SourceOptions, source
from deixis.sources import tesseract as module
from tests.sources.drawn_words import LINES, farthest, noise, page, plain, written

NEAR = 6.0  # pixels
installed = pytest.mark.skipif(
    shutil.which("tesseract") is None, reason="tesseract is not installed: apt install it"
)
Program = Callable[[str], None]


@pytest.fixture(scope="module")
def ocr() -> KnowledgeSource:
    return source("tesseract")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Put another program in its place, which lists its languages and then does this."""

    def put(command: str) -> None:
        file = tmp_path / "tesseract"
        file.write_text(
            "#!/bin/sh\n"
            'case "$1" in\n'
            '--list-langs) printf "List:\\neng\\n";;\n'
            '--version) printf "tesseract 0\\n";;\n'
            f"*) {command};;\n"
            "esac\n"
        )
        file.chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    return put


@installed
@pytest.mark.parametrize(
    ("font", "angle"),
    [("DejaVuSans", 0), ("DejaVuSerif", 3), ("DejaVuSansMono", -3), ("DejaVuSans-Bold", 0)],
)
def test_a_line_is_read_where_it_stands(ocr: KnowledgeSource, font: str, angle: float) -> None:
    drawn = written("Harbour lamp 42", font=font, angle=angle)
    [note] = ocr.look(drawn.image)
    assert note.text == "Harbour lamp 42"
    assert note.label is None
    assert note.source == "tesseract"
    assert 0.8 < (note.score or 0) <= 1
    assert farthest(note, drawn.ink) < NEAR
    assert note.within(drawn.image.size) == note


@pytest.mark.long
@installed
def test_a_page_full_of_text_is_read_line_by_line(ocr: KnowledgeSource) -> None:
    text = [f"{words} {place}" for place, words in enumerate(LINES)]
    lines = [(20.0, 12.0 + 36 * place, line) for place, line in enumerate(text)]
    image = page([*lines[::-1], (400.0, 15.0, "beside the harbour")], (640, 390))
    notes = ocr.look(image)
    assert [note.text for note in notes] == [text[0], "beside the harbour", *text[1:]]


@installed
@pytest.mark.parametrize("image", [plain(1, 1), plain(150, 90), plain(1, 5000)], ids=str)
def test_where_nothing_is_written_it_finds_nothing(ocr: KnowledgeSource, image: Image) -> None:
    assert ocr.look(image) == []


@installed
def test_what_it_makes_of_noise_lies_in_the_picture(ocr: KnowledgeSource) -> None:
    image = noise(180, 120)
    notes = source("tesseract", SourceOptions(least_score=0.0)).look(image)
    assert all(note.text and note.within(image.size) == note for note in notes)
    assert {note for note in notes if (note.score or 0) >= 0.5} == set(ocr.look(image))
    assert source("tesseract", SourceOptions(least_score=1.0)).look(image) == []


@installed
def test_its_languages_are_those_installed() -> None:
    both = source("tesseract", SourceOptions(language="eng+osd"))
    assert both.record["language"] == "eng+osd"
    with pytest.raises(UnknownNameError, match=r"'enf'; did you mean 'eng'"):
        source("tesseract", SourceOptions(language="eng+enf"))


def test_a_missing_program_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UsageError, match="apt install tesseract-ocr"):
        source("tesseract")


def test_a_program_that_fails_is_quoted_without_its_control_characters(program: Program) -> None:
    program('printf "\\033[31mno memory\\n" >&2; exit 3')
    with pytest.raises(UsageError, match=r"tesseract failed \(3\): \[31mno memory$"):
        source("tesseract").look(plain(9, 7))


def test_a_program_that_does_not_end_is_stopped(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("exec sleep 60")
    monkeypatch.setattr(module, "PATIENCE_S", 0.3)
    with pytest.raises(UsageError, match="did not end within"):
        source("tesseract").look(plain(9, 7))


def test_what_the_program_writes_is_data(program: Program) -> None:
    head = "level page_num block_num par_num line_num word_num left top width height conf text"
    rows = [
        head.replace(" ", "\t"),
        "4\t1\t1\t1\t1\t0\t0\t0\t9\t9\t-1\t",
        "5\t1\t1\t1\t1\t1\t2\t3\t4\t2\t90\tstop\\033]0;x\\007",
        "5\t1\t1\t1\t1\t2\t7\t3\t60\t2\t70\tnow",
        "5\t1\t1\t1\t1\t3\t7\t3\t2\t2\t95\t ",
    ]
    program(f"printf '{chr(10).join(rows)}'")
    [note] = source("tesseract").look(plain(40, 30))
    assert note.text == "stop]0;x now"
    assert note.score == 0.8
    assert note.box().xyxy == (2, 3, 40, 5)


def test_a_side_beyond_its_limit_is_refused(program: Program) -> None:
    program("true")
    with pytest.raises(UsageError, match="sides up to 32767"):
        source("tesseract").look(plain(32_768, 1))
