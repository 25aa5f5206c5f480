"""Drawings become pixels, and the art is opened."""

import numpy as np
import pytest

from deixis.core.errors import UnknownNameError, UsageError
from deixis_lab.things import svg
from deixis_lab.things.art import SMALL_FOLDER, is_fetched, open_art, straight
from deixis_lab.things.artists import ARTISTS, artist_named
from deixis_lab.things.drawings import listed_icons
from deixis_lab.things.svg import Icon, drawn, halved, on_paper, premultiplied
from deixis_lab.things.told_colours import told_colour

whole = pytest.mark.skipif(not is_fetched(), reason="needs what `deixis lab art` fetches")
DISC = '<circle cx="{x}" cy="16" r="{r}" fill="{fill}"/>'


def icon(body):
    return Icon(body=body, left=0.0, top=0.0, width=32.0, height=32.0)


def disc(fill="#d00", x=16, r=8):
    return icon(DISC.format(x=x, r=r, fill=fill))


def test_icons_are_listed_by_what_they_stand_for():
    package = {
        "icons": {
            "t-rex": {"body": "a"},
            "dog-face": {"body": "b", "width": 20},
            "dog-face-2": {"body": "b"},
            "whatever": {"body": "c"},
        },
        "width": 24,
        "height": 24,
    }
    found = listed_icons(artist_named("noto"), package)
    assert [(icon.icon, icon.code) for icon in found] == [("dog-face", "1f436"), ("t-rex", "1f996")]
    assert found[0].shape.width == 20


def test_a_drawing_fills_its_frame_wherever_its_artist_put_it():
    middle, aside = drawn(disc(), is_black=False), drawn(disc(x=7, r=5), is_black=False)
    assert abs(middle.half_width - 4096 * 7 // 16) <= 32
    assert abs(aside.half_width - middle.half_width) <= 48
    assert sorted(middle.levels) == [16, 32, 64, 128, 256]


def test_nothing_is_drawn_of_an_empty_icon():
    assert drawn(icon(""), is_black=False) is None


def test_what_lies_outside_of_the_view_box_is_cut_off():
    beside = icon(DISC.format(x=0, r=8, fill="#d00"))
    pyramid = drawn(beside, is_black=False)
    assert pyramid.half_width < pyramid.half_height


def test_premultiplied_colours_never_exceed_their_alpha():
    glass = icon('<rect x="3" y="4" width="20" height="9" opacity=".7" fill="#fe9"/>')
    pyramid = drawn(glass, is_black=False)
    for level in pyramid.levels.values():
        assert (level[..., :3] <= level[..., 3:]).all()


def test_straight_pixels_come_back_premultiplied_as_they_were():
    pixels = drawn(disc("#3c9"), is_black=False).levels[64]
    assert np.abs(premultiplied(straight(pixels)).astype(int) - pixels).max() <= 1


def test_a_level_is_the_mean_of_the_next_larger_one():
    pixels = np.arange(32 * 32 * 4, dtype=np.uint8).reshape(32, 32, 4)
    block = pixels[:2, :2].reshape(4, 4).astype(int).sum(axis=0)
    assert halved(pixels)[16][0, 0].tolist() == ((block + 2) // 4).tolist()


def test_black_art_is_filled_with_paper_inside_and_nowhere_else():
    ink = np.zeros((64, 64, 4), dtype=np.uint8)
    ink[10:40, 10:40, 3] = 255
    ink[16:34, 16:34, 3] = 0
    ink[16:34, 36:38, 3] = 0  # a groove that is closed too
    ink[50:60, 10:12, 3] = 255  # a stroke that encloses nothing
    filled = on_paper(ink)
    assert filled[25, 25].tolist() == [255, 255, 255, 255]
    assert filled[12, 12].tolist() == [0, 0, 0, 255]
    assert not filled[:10].any()
    assert not filled[50:60, 14:].any()


def test_where_the_renderer_fails_the_next_smaller_size_is_drawn(monkeypatch):
    failure = type("PanicException", (BaseException,), {})
    rendered, sides = svg._rendered, []

    def failing(shape, side):
        sides.append(side)
        if len(sides) == 2:
            raise failure
        return rendered(shape, side)

    monkeypatch.setattr(svg, "_rendered", failing)
    assert drawn(disc(), is_black=False) is not None
    assert sides[2] == sides[1] - 1


@pytest.mark.parametrize(
    ("fill", "told"),
    [
        ("#d21f1f", "red"),
        ("#ff8c00", "orange"),
        ("#ffcc4d", "yellow"),
        ("#3e721d", "green"),
        ("#1565c0", "blue"),
        ("#7b1fa2", "purple"),
        ("#f48fb1", "pink"),
        ("#6d4c41", "brown"),
        ("#111", "black"),
        ("#fff", "white"),
        ("#999", "gray"),
        ("#66757f", None),  # slate
    ],
)
def test_a_plain_colour_is_told(fill, told):
    assert told_colour(drawn(disc(fill), is_black=False).levels[64]) == told


def test_no_colour_is_told_of_what_has_two():
    body = '<path d="M0 0h16v32h-16z" fill="#d00"/><path d="M16 0h16v32h-16z" fill="#07c"/>'
    assert told_colour(drawn(icon(body), is_black=False).levels[64]) is None


def test_art_that_is_not_there_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("DEIXIS_CACHE", str(tmp_path))
    with pytest.raises(UsageError, match="deixis lab art"):
        open_art.__wrapped__("whole")


def test_an_art_that_is_none_is_told():
    with pytest.raises(UnknownNameError, match="did you mean 'small'"):
        open_art("smal")


def test_the_small_art_is_freely_licensed_and_credited():
    small = open_art("small")
    credits = (SMALL_FOLDER / "CREDITS.md").read_text()
    artists = {drawing.artist for drawing in small.drawings}
    assert len(small.by_name) >= 60
    for name in artists:
        assert not artist_named(name).is_share_alike
        assert artist_named(name).credit in credits


def test_a_level_is_chosen_that_is_at_least_as_large():
    small = open_art("small")
    sides = [small.level(small.drawings[0], frame).shape[0] for frame in (9, 16, 17, 128, 300)]
    assert sides == [16, 16, 32, 128, 128]


@whole
def test_the_whole_art_draws_every_name_by_at_least_four_seen_artists():
    art = open_art("whole")
    assert len(art.drawings) == 13_575
    for name, hands in art.by_name.items():
        seen = [artist for artist in hands if not artist_named(artist).is_held_out]
        assert len(seen) >= 4, name


@whole
def test_every_artist_has_drawings_in_the_whole_art():
    assert {drawing.artist for drawing in open_art("whole").drawings} == {a.name for a in ARTISTS}
