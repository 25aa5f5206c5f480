"""The little YAML that data sets of YOLO are described with: names and values, lists, one level
deep. Nothing of it is run, and what is more than that is not read.
"""

import re
from pathlib import Path
from typing import TypeAlias

from deixis.core.errors import UsageError
from deixis.core.files import read_text

MOST = 2**20  # bytes
NAMED = re.compile(r"""("[^"]*"|'[^']*'|[^\s:#'"\[\]{}-][^:#]*)\s*:(?:\s+(.*))?""")
Value: TypeAlias = str | list[str] | dict[str, str]


def flat_yaml(file: Path) -> dict[str, Value]:
    """A file gives values by their names; what it nests deeper is left out."""
    try:
        lines = read_text(file, most=MOST).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {file}: {error}") from None
    found: dict[str, Value] = {}
    name = None
    for line in lines:
        words = _uncommented(line)
        if not words.strip():
            continue
        is_inner = words[0] in " \t" or words.startswith("- ")
        match = NAMED.fullmatch(words.strip())
        if not is_inner:
            name = _plain(match[1]) if match else None
            if match and name is not None:
                found[name] = _value(match[2] or "")
        elif name is not None:
            found[name] = _joined(found[name], words.strip(), match)
    return found


def _joined(value: Value, words: str, match: re.Match[str] | None) -> Value:
    """One more line belongs to a value that began before."""
    if (words.startswith("- ") and value in ("", [])) or isinstance(value, list):
        return [*(value or []), _plain(words.removeprefix("- "))]
    if match is not None and (value == "" or isinstance(value, dict)):
        return {**(value or {}), _plain(match[1]): _plain(match[2] or "")}  # type: ignore[dict-item]
    if isinstance(value, str) and value[:1] in ("[", "{"):  # goes on over several lines
        return _value(f"{value} {words}")
    return value


def _value(words: str) -> Value:
    words = words.strip()
    if words.startswith("[") and words.endswith("]"):
        return [_plain(one) for one in _parts(words[1:-1])]
    if words.startswith("{") and words.endswith("}"):
        pairs = (one.partition(":") for one in _parts(words[1:-1]))
        return {_plain(key): _plain(value) for key, _, value in pairs}
    return words if words[:1] in ("[", "{") else _plain(words)


def _parts(words: str) -> list[str]:
    found = re.findall(r"""(?:"[^"]*"|'(?:[^']|'')*'|[^,'"])+""", words)
    return [one for one in found if one.strip()]


def _plain(words: str) -> str:
    words = words.strip()
    if len(words) > 1 and words[0] == words[-1] == "'":
        return words[1:-1].replace("''", "'")
    if len(words) > 1 and words[0] == words[-1] == '"':
        return words[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return words


def _uncommented(line: str) -> str:
    """A line without its comment, which begins behind a blank and outside of quotes."""
    quote = ""
    for place, letter in enumerate(line):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"" and (not place or line[place - 1] in " :[{,-"):
            quote = letter
        elif letter == "#" and (not place or line[place - 1] in " \t"):
            return line[:place].rstrip()
    return line.rstrip()
