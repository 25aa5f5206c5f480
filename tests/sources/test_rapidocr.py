"""PP-OCR reads words that were drawn here; nothing is fetched, nothing is printed."""

import socket

import pytest

from deixis.core.errors import ModelError, UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.core.shapes import Box, Polygon
from deixis.sources import KnowledgeSource, SourceOptions, source
from deixis.sources import rapidocr as module
from tests.sources.drawn_words import LINES, apart, farthest, noise, page, plain, written

NEAR, MARGIN = 3.0, 13.0  # pixels: of the middles; of the edges, as it leaves room around letters


@pytest.fixture(scope="module")
def ocr() -> KnowledgeSource:
    """Loaded, and asked for the first time, where no connection can be made."""

    def refuse(*_: object) -> None:
        raise AssertionError("it wants to fetch something")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        built = source("rapidocr")
        assert [note.text for note in built.look(written("Anchor", size=(150, 36)).image)] == [
            "Anchor"
        ]
    return built


@pytest.mark.parametrize(
    ("font", "angle"),
    [
        ("DejaVuSans", 0),
        ("DejaVuSerif", 10),
        ("DejaVuSansMono", -10),
        ("DejaVuSans-Bold", 4),
        ("DejaVuSerif-Italic", 90),
    ],
)
def test_a_line_is_read_where_it_stands(ocr: KnowledgeSource, font: str, angle: float) -> None:
    drawn = written("Harbour lamp 42", font=font, angle=angle)
    [note] = ocr.look(drawn.image)
    assert note.text == "Harbour lamp 42"
    assert note.label is None
    assert note.source == "rapidocr"
    assert 0.8 < (note.score or 0) <= 1
    assert apart(note, drawn.ink) < NEAR
    assert farthest(note, drawn.ink) < MARGIN
    assert note.within(drawn.image.size) == note
    if abs(angle) == 10:
        assert isinstance(note.shape, Polygon)
        assert [len(ring) for ring in note.shape.rings] == [4]


@pytest.mark.long
def test_a_page_full_of_text_is_read_line_by_line(ocr: KnowledgeSource) -> None:
    text = [f"{words} {place}" for place, words in enumerate(LINES)]
    lines = [(20.0, 12.0 + 36 * place, line) for place, line in enumerate(text)]
    image = page([*lines[::-1], (400.0, 15.0, "beside the harbour")], (640, 390))
    notes = ocr.look(image)
    assert [note.text for note in notes] == [text[0], "beside the harbour", *text[1:]]
    assert any(isinstance(note.shape, Box) for note in notes)


@pytest.mark.parametrize(
    "image", [plain(1, 1), plain(160, 40), plain(1, 5000), noise(5000, 1), noise(160, 40)], ids=str
)
def test_where_nothing_is_written_it_finds_and_prints_nothing(
    ocr: KnowledgeSource, image: Image, capfd: pytest.CaptureFixture[str]
) -> None:
    assert ocr.look(image) == []
    assert capfd.readouterr() == ("", "")


def test_a_line_as_large_as_its_picture_is_read(ocr: KnowledgeSource) -> None:
    drawn = written("Anchor rope", size=(1800, 40))
    left, _, right, _ = drawn.ink.xyxy
    strip = Image(pixels=drawn.image.pixels[6:34, int(left) - 2 : int(right) + 2])
    [note] = ocr.look(strip)
    assert note.text == "Anchor rope"
    assert note.within(strip.size) == note


@pytest.mark.long
def test_notes_that_are_less_sure_are_left_out() -> None:
    image = written("Anchor", size=(150, 36)).image
    assert source("rapidocr", SourceOptions(least_score=0.0)).look(image)
    assert source("rapidocr", SourceOptions(least_score=1.0)).look(image) == []


def test_its_languages_are_those_of_the_wheel() -> None:
    german = source("rapidocr", SourceOptions(language="german"))
    assert [note.text for note in german.look(written("Straße", size=(150, 36)).image)] == [
        "Straße"
    ]
    with pytest.raises(UnknownNameError, match=r"no language .* 'germn'; did you mean 'german'"):
        source("rapidocr", SourceOptions(language="germn"))


def test_a_wheel_without_its_models_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FILES", {"Det": "PP-OCRv9_det.onnx"})
    with pytest.raises(ModelError, match=r"wheel should hold .*PP-OCRv9_det\.onnx"):
        source("rapidocr")


def test_a_missing_wheel_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'deixis\[look\]'"):
        source("rapidocr")
