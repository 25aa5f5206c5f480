"""Labels are said so that hostile text neither ends the phrase nor passes for a token."""

import html
import json
import re

from deixis.core.answer_text import CONTROL_BLANK, STOPS, without_blanks

LABEL_LIMIT = 2000  # letters; many places may share one label
HALVES = re.compile("[\ud800-\udfff]+")
TOKEN_MARKS = str.maketrans({"<": "‹", ">": "›"})
OPENERS = {"[": "［", "◁": "‹", "<": "‹"}  # of marks of drafts and turns, in a label of tokens
TOKEN = re.compile(r"<[|/]{0,2}\w[^<>\s]{0,40}>")
# beyond Unicode; html.unescape makes a number of all digits, and Python refuses 4,301
LONG_ENTITY = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{7,});?")
XML_BLANKS = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def whole_characters(text: str) -> str:
    """The text with each pair of surrogates as its character, and U+FFFD for each lone one, which
    no encoding can write.
    """
    return HALVES.sub(_joined, text)


def cleaned(text: str) -> str:
    """A piece of a filtered answer, without what stands for control tokens, and in whole
    characters.
    """
    return whole_characters(without_blanks(text))


def plain_label(label: str | None) -> str | None:
    """A label stands on one line: each run of white space is one space; nothing left is no
    label.
    """
    return " ".join(whole_characters(label or "").split()) or None


def read_label(written: str) -> str | None:
    """A text between special tokens is a label; the tokens are none of its words."""
    return plain_label(TOKEN.sub(" ", written))


def token_label(label: str | None) -> str | None:
    """A label between special tokens stands on one line, angle brackets turned to ‹ and ›, and
    those that begin a mark of drafts, as in [THINK], to others alike.
    """
    said = plain_label((label or "").translate(TOKEN_MARKS))
    return said and STOPS.sub(lambda stop: OPENERS[stop[0][0]] + stop[0][1:], said)


def json_label(label: str | None) -> str | None:
    """A label as a JSON string. "<" is escaped, and what begins a mark like [THINK], so that no
    label passes for a special token of a chat template; reading gives back exactly what was
    said, but a blank for U+001F.
    """
    if not (label or "").strip():
        return None
    said = json.dumps(_without_separators(label or ""), ensure_ascii=False).replace("<", "\\u003c")
    return STOPS.sub(lambda stop: f"\\u{ord(stop[0][0]):04x}{stop[0][1:]}", said)


def xml_label(label: str | None) -> str:
    """A label stands in XML, as text or in double quotes; reading gives back exactly what was
    said, but a blank for U+001F.
    """
    if label is None or not label.strip():
        return ""
    escaped = html.escape(_without_separators(label), quote=True)
    escaped = STOPS.sub(lambda stop: f"&#{ord(stop[0][0])};{stop[0][1:]}", escaped)
    for blank, entity in XML_BLANKS.items():
        escaped = escaped.replace(blank, entity)
    inner = escaped.strip(" ")
    before, after = escaped[: escaped.index(inner)], escaped[escaped.index(inner) + len(inner) :]
    return "&#32;" * len(before) + inner + "&#32;" * len(after)


def read_xml_label(written: str) -> str | None:
    """A piece of XML is a label; white space around it is left out."""
    label = html.unescape(LONG_ENTITY.sub("\ufffd", written.strip(" \t\r\n")))
    return label if label.strip() else None


def _without_separators(label: str) -> str:
    """A label in whole characters, without the one that stands for control tokens where an answer
    is read.
    """
    return whole_characters(label).replace(CONTROL_BLANK, " ")


def _joined(halves: re.Match[str]) -> str:
    units = halves.group().encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le", "replace")
