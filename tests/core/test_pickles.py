import contextlib
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.core.errors import UsageError
from deixis.core.pickles import plain_pickle, read_plain_pickle

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=12,
)


class Evil:
    def __reduce__(self):
        return (print, ("ran",))


@given(PLAIN, st.integers(0, 5))
def test_plain_values_are_read_as_pickle_reads_them(value, protocol):
    assert plain_pickle(pickle.dumps(value, protocol), "x.p") == value


def test_texts_of_python_2_are_read():
    data = b"(dp0\nS'sent'\np1\nS'it\\'s \\xe9'\np2\nsS'n'\nL12L\nsS'ok'\nI01\ns."
    assert plain_pickle(data, "x.p") == {"sent": "it's é", "n": 12, "ok": True}


@pytest.mark.parametrize("protocol", range(6))
def test_what_would_run_code_is_refused_and_does_not_run(protocol, capsys):
    with pytest.raises(UsageError, match="more than plain values"):
        plain_pickle(pickle.dumps([{"a": Evil()}], protocol), "x.p")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"cos\nsystem\n(S'true'\ntR.", "more than plain values"),
        (b"(i__main__\nEvil\n.", "more than plain values"),
        (b"\x80\x04]" + b"\x94h\x002" * 3 + b".", "more than plain values"),  # doubles itself
        (b"\x80\x02K\x01K\x02\x86.", "more than plain values"),  # tuples
        (b"\x80\x02X\xff\xff\xff\x7fabc.", "ends within a value"),
        (b"\x80\x02]q", "ends within a value"),
        (b"\x80\x02]", "ends before its value does"),
        (b"\x80\x09.", "newer than 5"),
        (b"I12", "ends within a line"),
        (b"S'a\n.", "in quotes"),
        (b"Ix\n.", "broken"),
        (b"a.", "broken"),
        (b"}]Ns.", "a key is text"),
        (b"K\x01Na.", "list is expected"),
        (b"g7\n.", "broken"),
        (b"", "ends before"),
    ],
)
def test_hostile_bytes_are_refused(data, reason):
    with pytest.raises(UsageError, match=rf"x\.p is refused at byte \d+: .*{reason}"):
        plain_pickle(data, "x.p")


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_an_error(data):
    with contextlib.suppress(UsageError):
        plain_pickle(data, "x.p")


def test_a_list_within_itself_is_only_a_list():
    found = plain_pickle(b"(lp0\ng0\na.", "x.p")
    assert found[0] is found


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(UsageError, match="cannot read"):
        read_plain_pickle(tmp_path / "none.p")
