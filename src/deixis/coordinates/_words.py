"""Labels as they are said: hostile text must neither end the phrase nor pass for a token."""

import html
import json

TOKEN_MARKS = str.maketrans({"<": "‹", ">": "›"})
XML_BLANKS = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def plain_label(label: str | None) -> str | None:
    """A label on one line: each run of white space is one space; nothing left is no label."""
    return " ".join((label or "").split()) or None


def token_label(label: str | None) -> str | None:
    """A label between special tokens: on one line, angle brackets turned to ‹ and ›."""
    return plain_label((label or "").translate(TOKEN_MARKS))


def json_label(label: str | None) -> str | None:
    """A label as a JSON string. "<" is escaped, so that no label passes for a special token of a
    chat template; reading gives back exactly what was said.
    """
    if not (label or "").strip():
        return None
    return json.dumps(label, ensure_ascii=False).replace("<", "\\u003c")


def xml_label(label: str | None) -> str:
    """A label in XML, as text or in double quotes; reading gives back exactly what was said."""
    if label is None or not label.strip():
        return ""
    escaped = html.escape(label, quote=True)
    for blank, entity in XML_BLANKS.items():
        escaped = escaped.replace(blank, entity)
    inner = escaped.strip(" ")
    before, after = escaped[: escaped.index(inner)], escaped[escaped.index(inner) + len(inner) :]
    return "&#32;" * len(before) + inner + "&#32;" * len(after)


def read_xml_label(written: str) -> str | None:
    """The label of a piece of XML, white space around it left out."""
    label = html.unescape(written.strip(" \t\r\n"))
    return label if label.strip() else None
