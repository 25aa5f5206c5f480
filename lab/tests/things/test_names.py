"""The table of names, and who draws them."""

from collections import Counter

import pytest

from deixis.core.errors import UnknownNameError
from deixis_lab.things.artists import ARTISTS, LICENCES, artist_named, seen_artists
from deixis_lab.things.names import (
    codes_by_drawing,
    members,
    name_of,
    plain_key,
    read_names,
    thing_named,
    thing_names,
    with_article,
)


def test_there_are_at_least_800_names_and_none_stands_twice():
    counts = Counter(named.name for named in thing_names())
    assert len(counts) >= 800
    assert set(counts.values()) == {1}


def test_every_member_has_one_name_and_one_row():
    codes = [code for named in thing_names() for code in named.codes]
    assert len(codes) == len(set(codes))
    assert set(codes) == set(members())


def test_no_two_members_share_what_artists_call_their_drawings():
    called = [plain_key(name) for m in members().values() for name in (m.name, *m.others)]
    assert len(set(called)) == len(codes_by_drawing()) == len(called)


def test_one_in_ten_names_of_most_categories_is_held_out():
    held = [named for named in thing_names() if named.is_held_out]
    assert len(held) == 91
    assert len({named.category for named in held}) >= 20


def test_every_category_has_several_names():
    counts = Counter(named.category for named in thing_names())
    assert len(counts) >= 30
    assert min(counts.values()) >= 7


def test_members_of_look_alikes_keep_their_own_names():
    clock = thing_named("clock")
    assert clock.look_alikes == "clocks"
    assert "three o’clock" in {members()[code].name for code in clock.codes}
    assert name_of("1f408-200d-2b1b") == "cat"


def test_a_line_has_a_name_its_marks_codes_look_alikes_and_synonyms():
    table = "# a table\n\n[tools]\nscissors*~ | 2702 | blades | shears; clippers\nsaw | 1fa9a\n"
    scissors, saw = read_names(table)
    assert scissors.is_held_out
    assert scissors.is_bare
    assert scissors.synonyms == ("shears", "clippers")
    assert (saw.category, saw.look_alikes, saw.synonyms) == ("tools", None, ())


def test_a_name_that_is_none_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'penguin'"):
        thing_named("pengin")


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("cat", "a cat"),
        ("owl", "an owl"),
        ("hourglass", "an hourglass"),
        ("unicorn", "a unicorn"),
        ("scissors", "scissors"),
        ("red scissors", "red scissors"),
        ("orange cat", "an orange cat"),
        ("flatbread", "a flatbread"),
        ("ATM", "an ATM"),
    ],
)
def test_names_are_said_as_people_say_them(phrase, said):
    assert with_article(phrase) == said


def test_share_alike_artists_are_never_seen_by_training():
    shared = {artist.name for artist in ARTISTS if artist.is_share_alike}
    assert shared == {"openmoji", "emojione-v1"}
    assert not shared & set(seen_artists())


def test_two_houses_are_held_out_one_with_its_black_set():
    held = [artist for artist in ARTISTS if artist.is_held_out]
    assert {artist.house for artist in held} == {"emojione", "openmoji"}
    assert {artist.name for artist in held if artist.is_black} == {"emojione-monotone"}


def test_every_artist_has_a_checksum_and_a_licence_with_its_address():
    for artist in ARTISTS:
        assert len(bytes.fromhex(artist.sha256)) == 32
        assert LICENCES[artist.licence] in artist.credit
        assert artist.author in artist.credit


def test_an_artist_that_is_none_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'twemoji'"):
        artist_named("tweemoji")
