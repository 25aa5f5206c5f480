"""JSON that lies in files: written so that every reader finds the same lines, read so that nothing
that somebody else wrote is more than not JSON.
"""

import json
import re
import string
from typing import Any

KEY = (string.ascii_letters + string.digits).encode()
# what readers that split lines as `str.splitlines` does take for an end, and what is no Unicode
ESCAPED = re.compile("[\u0085\u2028\u2029\ud800-\udfff]")


def parse(text: str | bytes) -> Any:  # Any: what JSON holds
    """Some JSON gives its value; ValueError says why it is none, however it is broken."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def line(record: object) -> str:
    """A record is written as one line, its end included: readable, valid UTF-8, of one line for
    everybody.
    """
    return f"{ESCAPED.sub(_escape, json.dumps(record, ensure_ascii=False))}\n"


def lines(content: bytes) -> list[bytes]:
    """A file has these lines that are not empty. Only a line feed ends one: texts may hold all else
    that Unicode calls a line's end.
    """
    return [one for one in content.split(b"\n") if one.strip()]


def is_torn(tail: bytes, *, before: bytes, after: bytes) -> bool:
    """Whether the end of a file is the beginning of a line that starts with `before`, a key of
    letters and digits, and `after`: what is left of a line whose writer was killed. A whole value
    is none.
    """
    if not tail.startswith(before):
        return before.startswith(tail)
    rest = tail.removeprefix(before).lstrip(KEY)
    if not rest.startswith(after[: len(rest)]):
        return False
    try:
        parse(tail)
    except ValueError:
        return True
    return False


def _escape(letter: re.Match[str]) -> str:
    return f"\\u{ord(letter[0]):04x}"
