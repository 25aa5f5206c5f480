import random

import pytest

from deixis.ask.probe.likelihood import region_shares
from deixis.ask.probe.verdict import judged
from tests.ask.probe.answering import answers


def in_space(across, down, *, y_first=False, error=0.0):
    """Boxes whose numbers count so much along each side."""

    def say(picture, thing):
        shares = region_shares(thing.box_region(), picture)
        steps = [across(picture.size), down(picture.size)] * 2
        draws = random.Random(picture.name)
        pairs = zip(shares, steps, strict=True)
        numbers = [round((share + draws.gauss(0, error)) * step) for share, step in pairs]
        order = (1, 0, 3, 2) if y_first else (0, 1, 2, 3)
        return str([numbers[i] for i in order])

    return say


permille = in_space(lambda size: 1000, lambda size: 1000)
permille_y = in_space(lambda size: 1000, lambda size: 1000, y_first=True)
sent = in_space(lambda size: size.width, lambda size: size.height)


@pytest.mark.parametrize(
    ("say", "meaning"),
    [
        (permille, "x first, 0-1000"),
        (permille_y, "y first, 0-1000"),
        (sent, "x first, pixels as sent"),
        (in_space(lambda size: 1000, lambda size: 1000, error=0.03), "x first, 0-1000"),
        (in_space(lambda size: 100, lambda size: 100), "x first, percent"),
    ],
)
def test_the_meaning_of_the_numbers_is_found(say, meaning):
    verdict = judged(answers(say))
    assert verdict.meaning.told == meaning
    assert verdict.sure > 0.99


def test_widths_and_heights_are_no_corners():
    def say(picture, thing):
        edges = thing.region.box()
        return f"[{edges.x0:.0f}, {edges.y0:.0f}, {edges.width:.0f}, {edges.height:.0f}]"

    verdict = judged(answers(say))
    assert verdict.meaning.order == "x, y, width, height"
    assert (verdict.reason, verdict.dialect) == ("unreadable", None)


def test_what_no_picture_told_apart_is_one():
    """None of these pictures is larger than Claude's limits."""
    small = [place for place in range(18) if place % 9 in (2, 4, 5, 7)]
    verdict = judged(answers(sent, places=small))
    assert verdict.meaning.told == "x first, pixels as sent"
    assert "x first, pixels after Claude's resize" in verdict.alike
    assert {"pixels", "claude"} <= set(verdict.dialects)
    assert verdict.dialect == "pixels"
    assert "x first, pixels after Claude's resize" not in judged(answers(sent)).alike


def test_numbers_by_lot_are_noise():
    draws = random.Random(1)
    verdict = judged(answers(lambda *_: str(sorted(draws.randrange(1000) for _ in range(4)))))
    assert (verdict.reason, verdict.dialect) == ("noise", None)


def test_two_spaces_by_turns_are_told_as_mixed():
    def say(picture, thing):
        return (permille if sum(map(ord, picture.name)) % 2 else sent)(picture, thing)

    verdict = judged(answers(say))
    assert verdict.reason == "mixed"
    assert "0-1000" in verdict.why
    assert "pixels as sent" in verdict.why


def test_a_tenth_about_other_things_is_no_mixture():
    def say(picture, thing):
        if picture.name.startswith("490"):
            thing = picture.things[-1]
        return permille(picture, thing)

    assert judged(answers(say)).is_told


def test_one_place_for_everything_is_noise():
    assert judged(answers(lambda *_: "[450, 450, 550, 550]")).reason == "noise"


def test_words_alone_are_silence():
    verdict = judged(answers(lambda *_: "It is in the middle."))
    assert (verdict.reason, verdict.sure) == ("silent", 0)


def test_names_of_axes_settle_the_order():
    def say(picture, thing):
        edges = thing.region.box()
        across = round(1000 * (edges.x0 + edges.x1) / 2 / picture.size.width)
        down = round(1000 * (edges.y0 + edges.y1) / 2 / picture.size.height)
        return f'{{"y": {down}, "x": {across}}}'

    assert judged(answers(say)).order == "x first"
