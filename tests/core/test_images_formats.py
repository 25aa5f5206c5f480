"""GIF, BMP, TIFF, AVIF and HEIC are opened as strictly as PNG, JPEG and WebP are."""

import io
import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PIL
from PIL import features

from deixis.core.coded_sizes import hevc_sizes
from deixis.core.errors import ImageError
from deixis.core.images import ImageLimits, open_image, picture_size
from deixis.core.picture_headers import read_file
from tests.core.test_images_kinds import TURNS, exif_of, saved, smooth

# 24x40 pixels stored in blocks and on their side, by pillow-heif 1.8.1:
# PIL.fromarray(pixels).save("small.heic", quality=30, exif=exif_of(6))
HEIC = Path(__file__).with_name("small.heic").read_bytes()
KINDS = {
    "GIF": {},
    "BMP": {},
    "TIFF": {"compression": "tiff_lzw"},
    "AVIF": {"quality": 95},
    "HEIF": {"quality": 95},
}
LOSSY = {"AVIF": 16, "HEIF": 16, "GIF": 48}  # by so much a pixel may differ


def written(kind: str, picture: PIL.Image | None = None, **more: object) -> bytes:
    """A small picture as a file of that kind; skips where nothing here writes it."""
    picture = picture or smooth()
    if kind == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    if kind == "AVIF" and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    if kind == "GIF":
        picture = picture.convert("P", palette=PIL.Palette.ADAPTIVE)
    return saved(picture, kind, **(KINDS[kind] | more))


@contextmanager
def refused(words: str) -> Iterator[None]:
    """Within, a picture is refused with these words."""
    with pytest.raises(ImageError, match=words):
        yield


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_of_each_kind_is_opened(kind: str, tmp_path: Path) -> None:
    data = written(kind)
    pixels = open_image(data).pixels.astype(int)
    assert np.abs(pixels - np.asarray(smooth())).max() <= LOSSY.get(kind, 0)
    (tmp_path / "picture").write_bytes(data)
    assert picture_size(tmp_path / "picture") == open_image(data).size


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["TIFF", "AVIF", "HEIF"])
def test_a_picture_stored_on_its_side_is_turned(
    kind: str, orientation: int, tmp_path: Path
) -> None:
    turn = TURNS[orientation]
    stored = smooth() if turn is None else smooth().transpose(turn)
    data = written(kind, stored, exif=exif_of(orientation))
    image = open_image(data)
    assert np.abs(image.pixels.astype(int) - np.asarray(smooth())).max() <= LOSSY.get(kind, 0)
    (tmp_path / "picture").write_bytes(data)
    assert picture_size(tmp_path / "picture") == image.size


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_cut_short_anywhere_is_refused(kind: str) -> None:
    data = written(kind)
    end = len(data) - 1 if kind == "GIF" else len(data)  # a GIF's last byte only says so
    for length in [*range(0, 64), *range(64, end, 97), end - 1]:
        with pytest.raises(ImageError):
            open_image(data[:length])


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("GIF", {"save_all": True}),
        ("TIFF", {"save_all": True}),
        ("AVIF", {"save_all": True}),
        ("PNG", {"save_all": True}),
        ("WEBP", {"save_all": True, "lossless": True}),
    ],
)
def test_of_several_pictures_the_first_is_taken_and_that_is_said(
    kind: str, more: dict, caplog: pytest.LogCaptureFixture
) -> None:
    KINDS.setdefault(kind, {})
    data = written(kind, append_images=[smooth().rotate(180)], **more)
    with caplog.at_level(logging.WARNING):
        image = open_image(data)
    assert np.abs(image.pixels.astype(int) - np.asarray(smooth())).max() <= LOSSY.get(kind, 0)
    assert "'bytes' holds several pictures; the first one is taken" in caplog.text


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_a_tiff_of_each_mode_is_opened(mode: str) -> None:
    picture = smooth().convert("L").convert(mode) if mode == "I;16" else smooth().convert(mode)
    assert open_image(saved(picture, "TIFF")).size.width == 40


@pytest.mark.parametrize(
    "packing", ["tiff_deflate", "tiff_adobe_deflate", "packbits", "group4", "jpeg", None]
)
def test_a_tiff_of_each_packing_is_opened(packing: str | None) -> None:
    picture = smooth().convert("1" if packing == "group4" else "RGB")
    opened = open_image(saved(picture, "TIFF", compression=packing)).pixels.astype(int)
    within = 24 if packing == "jpeg" else 0
    assert np.abs(opened - np.asarray(picture.convert("RGB"))).max() <= within


def test_a_large_form_of_tiff_is_opened() -> None:
    assert np.array_equal(open_image(saved(smooth(), "TIFF", big_tiff=True)).pixels, smooth())


def test_of_a_tiff_no_names_and_no_further_pictures_reach_the_decoder() -> None:
    data = saved(smooth(), "TIFF", description="a secret", save_all=True, append_images=[smooth()])
    kept = PIL.open(io.BytesIO(read_file(data).data))
    assert kept.n_frames == 1
    assert 270 not in kept.tag_v2


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "AVIF", "HEIF"])
def test_a_picture_beyond_the_limits_is_refused_before_it_is_decoded(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = written(kind)
    monkeypatch.setattr("deixis.core.images.decode", None)
    with refused("40x24 has a side above the limit|40x24 pixels has a side above"):
        open_image(data, limits=ImageLimits(max_side=39))
    with refused("40x24 is 960 pixels, above the limit of 959"):
        open_image(data, limits=ImageLimits(max_pixels=959))


def test_a_gif_that_says_it_is_huge_is_refused() -> None:
    data = bytearray(written("GIF"))
    data[6:10] = struct.pack("<HH", 65535, 65535)
    with refused("65535x65535 pixels has a side above"):
        open_image(bytes(data))


def test_a_gif_whose_picture_leaves_its_screen_is_refused() -> None:
    data = bytearray(written("GIF"))
    data[6:10] = struct.pack("<HH", 10, 10)
    with refused("its picture is 40x24 at 0, 0 and its screen 10x10"):
        open_image(bytes(data))


def test_a_bmp_that_says_more_than_it_holds_is_refused() -> None:
    data = bytearray(written("BMP"))
    data[18:26] = struct.pack("<ii", 7000, 7000)
    with refused("cut short"):
        open_image(bytes(data))


@pytest.mark.parametrize(
    ("at", "value", "words"),
    [
        (14, 41, "header of 41 bytes"),
        (28, 7, "planes of 7 bits packed in way 0"),
        (30, 4, "planes of 24 bits packed in way 4"),
    ],
)
def test_a_bmp_of_an_unknown_form_is_refused(at: int, value: int, words: str) -> None:
    data = bytearray(written("BMP"))
    data[at] = value
    with refused(words):
        open_image(bytes(data))


def tiff(*entries: tuple[int, int, int, int]) -> bytes:
    """A TIFF of this directory alone: tag, type, count, value."""
    packed = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + packed + bytes(400)


PLAIN = {256: (4, 5), 257: (4, 7), 259: (3, 1), 273: (4, 8), 278: (4, 7), 279: (4, 105)}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({256: (4, 2**31)}, "above the limit"),
        ({257: (4, 0)}, "a picture without pixels"),
        ({256: None}, "has 0 of tag 256"),
        ({259: (3, 34712)}, "packed in way 34712"),
        ({273: (4, 500)}, "cut short"),
        ({279: (4, 10**6)}, "cut short"),
        ({279: None}, "the places and lengths of its pixels do not agree"),
        ({322: (4, 60000), 323: (4, 60000), 324: (4, 8), 325: (4, 9)}, "tiles of 60000x60000"),
    ],
)
def test_a_lying_tiff_is_refused(changed: dict, words: str) -> None:
    entries = {tag: value for tag, value in (PLAIN | changed).items() if value is not None}
    with refused(words):
        open_image(tiff(*((tag, kind, 1, value) for tag, (kind, value) in entries.items())))


def test_a_tiff_with_a_tag_twice_is_refused() -> None:
    with refused("tag 256 twice"):
        open_image(tiff((256, 4, 1, 5), (256, 4, 1, 7)))


@pytest.mark.parametrize("told", [20, 39, 41, 80])
def test_an_avif_of_another_size_than_its_stream_is_refused(told: int) -> None:
    data = written("AVIF")
    at = data.index(b"ispe") + 8
    with refused(f"a picture of {told}x24 is coded as one of 40x24"):
        open_image(data[:at] + struct.pack(">I", told) + data[at + 4 :])


def test_a_sequence_of_avif_reaches_the_decoder_as_a_still() -> None:
    data = written("AVIF", save_all=True, append_images=[smooth().rotate(180)])
    assert PIL.open(io.BytesIO(data)).n_frames == 2
    assert PIL.open(io.BytesIO(read_file(data).data)).n_frames == 1


def test_a_heics_header_tells_its_size_and_its_turn() -> None:
    file = read_file(HEIC)
    assert (str(file.size), file.orientation, str(file.upright_size)) == ("24x40", 6, "40x24")


def test_a_heics_stream_tells_its_size() -> None:
    at = HEIC.index(b"hvcC") + 4
    assert [str(size) for size in hevc_sizes(HEIC[at : at + 109], b"")] == ["64x64"]


def test_a_heic_of_another_size_than_its_stream_is_refused() -> None:
    data = written("HEIF", smooth().resize((200, 40)))
    at = data.index(b"ispe") + 8
    with refused("a picture of 8x64 is coded as one of "):
        read_file(data[:at] + struct.pack(">I", 8) + data[at + 4 :])


def test_a_heic_is_refused_without_its_plug_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deixis.core.decode.PLUGIN", "pillow_heif_that_is_not")
    with refused("pip install pillow-heif"):
        open_image(HEIC)


def test_a_heic_is_opened_by_its_plug_in() -> None:
    pytest.importorskip("pillow_heif")
    assert str(open_image(HEIC).size) == "40x24"


@pytest.mark.parametrize("cut", range(0, len(HEIC), 13))
def test_a_heics_header_cut_short_is_refused(cut: int) -> None:
    with pytest.raises(ImageError):
        read_file(HEIC[:cut])
