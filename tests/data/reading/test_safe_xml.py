import pytest

from deixis.data.reading.fields import BadRowError
from deixis.data.reading.safe_xml import MOST_DEPTH, parse_xml, read_xml

LAUGHS = (
    b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>"""
)
FILE = b"""<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>"""


def test_elements_and_their_words_are_read():
    root = parse_xml("<a><b x='1'>é &amp; f</b></a>".encode())
    assert root.findtext("b") == "é & f"


@pytest.mark.parametrize("data", [LAUGHS, FILE, b"<!DOCTYPE a><a/>"])
def test_entities_and_types_are_refused(data):
    with pytest.raises(BadRowError, match="declares types or entities"):
        parse_xml(data)


NAMED = b'<?xml version="1.0" encoding="foo"?><a/>'


@pytest.mark.parametrize(
    "data", [NAMED, b"", b"<a>", b"<a></b>", b"\x00", b"<a>&b;</a>", b"<a/><b/>"]
)
def test_broken_xml_is_told(data):
    with pytest.raises(BadRowError, match="broken"):
        parse_xml(data)


def test_deep_nesting_is_refused():
    with pytest.raises(BadRowError, match="deeper"):
        parse_xml(b"<a>" * (MOST_DEPTH + 1))


def test_a_file_names_itself(tmp_path):
    (tmp_path / "a.xml").write_bytes(LAUGHS)
    with pytest.raises(BadRowError, match=r"a\.xml: XML that declares"):
        read_xml(tmp_path / "a.xml")
    with pytest.raises(BadRowError, match="cannot read"):
        read_xml(tmp_path / "none.xml")
