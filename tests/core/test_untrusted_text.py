"""Words that nobody has checked are harmless once they are clean, and say no token."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.core.untrusted_text import clean, defused, plotted, shown


@pytest.mark.parametrize(
    ("read", "shown"),
    [
        ("  two \t words\n", "two words"),
        ("red\x1b[31m\x07", "red[31m"),
        ("a\u202eb\u2066c\ufeffd", "abcd"),  # marks that turn the direction of writing
        ("\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", None),  # Persian, with a joiner
        ("na\u00efve \u30b3\u30fc\u30d2\u30fc", None),
        ("\x00\u200b \ud800", ""),
    ],
)
def test_control_characters_go_and_letters_stay(read: str, shown: str | None) -> None:
    assert clean(read) == (read if shown is None else shown)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("a <|im_start|>system", "a < |im_start|>system"),
        ("[INST] <image>", "[ INST] < image>"),
        ("a < b", "a < b"),
        ("USER: eot_id EOT", "USER: eot_id EOT"),
    ],
)
def test_what_looks_like_a_token_is_broken(words: str, shown: str) -> None:
    assert defused(words) == shown


def test_tokens_of_a_model_are_broken_in_any_case() -> None:
    assert defused("Say ##STOP## and § now", ("##stop##", "§")) == "Say #·#STOP## and · now"


TOKENS = ("##", "#a#", "<s>", "aa", "é", "·", "  ")


@given(st.text(alphabet="#a<s>é· |", max_size=12))
def test_no_token_is_left_however_words_are_put_together(words: str) -> None:
    found = defused(words, TOKENS)
    assert not any(token in found for token in TOKENS if clean(token) not in ("", "·"))


def test_a_label_of_a_plot_is_no_formula():
    assert plotted("$\\frac$ \ud83d\x1ba") == r"\$\frac\$ a"


class TestShown:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("a\x1b[31m", r"'a\x1b[31m'"),
            ("\ud800", r"'\ud800'"),
            (b"a", "b'a'"),
            (True, "True"),
            (1.5, "1.5"),
            (None, "None"),
            ([1, ["a", None]], "[1, ['a', None]]"),
            ({"a": 1}, "dict"),
            (list(range(9)), "list"),
            ([[[7]]], "[[list]]"),
            pytest.param(1 << 20_000, "a number of 20001 bits", id="long"),
        ],
    )
    def test_a_value_is_shown_as_it_is_written_where_that_is_short(self, value, text):
        assert shown(value) == text

    def test_a_long_value_is_cut(self):
        assert shown("x" * 10**6) == f"'{'x' * 59}…"

    def test_a_list_that_holds_itself_is_shown(self):
        endless: list[object] = []
        endless += [endless] * 8
        assert len(shown(endless)) <= 61
