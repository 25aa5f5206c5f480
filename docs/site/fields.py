"""The fields of dataclasses, each with the line that stands beside it in the source."""

import ast
import dataclasses
import inspect
import re
import textwrap
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field as a page shows it."""

    name: str
    kind: str
    default: str
    about: str


def fields_of(cls: type[Any]) -> list[Field]:
    """The fields of a dataclass in their order."""
    names = {field.name for field in dataclasses.fields(cls)}
    _, notes = without_fields(cls.__doc__ or "", names)
    for base in reversed(cls.__mro__):
        if dataclasses.is_dataclass(base):
            notes |= {name: said for name, said in _notes(base).items() if said}
    return [
        Field(
            name=field.name,
            kind=shown_type(field.type),
            default=shown_default(field),
            about=notes.get(field.name, ""),
        )
        for field in dataclasses.fields(cls)
        if not field.name.startswith("_") and field.init
    ]


def _notes(cls: type[Any]) -> dict[str, str]:
    """The comment at the end of each field's lines, or on the lines of their own above it."""
    try:
        source = textwrap.dedent(inspect.getsource(cls))
    except (OSError, TypeError):
        return {}
    body = ast.parse(source).body[0]
    assert isinstance(body, ast.ClassDef)
    lines = source.splitlines()
    found = {}
    for node in body.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            assert node.end_lineno is not None
            beside = [_comment(line) for line in lines[node.lineno - 1 : node.end_lineno]]
            above: list[str] = []
            for line in reversed(lines[: node.lineno - 1]):
                if not line.strip().startswith("#"):
                    break
                above.insert(0, line.strip().lstrip("# "))
            found[node.target.id] = " ".join(part for part in beside if part) or " ".join(above)
    return found


def _comment(line: str) -> str:
    match = re.search(r"""  # (?!type:|noqa)((?:(?!  # ).)*)$""", line)
    return match[1].strip() if match else ""


def shown_type(kind: object) -> str:
    """A type in few words: without modules."""
    if kind is None or kind is type(None):
        return "None"
    name = kind if isinstance(kind, str) else getattr(kind, "__name__", None)
    if name is None or "[" in str(kind) or not isinstance(kind, type | str):
        name = str(kind)
    return re.sub(r"\b(?:[A-Za-z_]\w*\.)+(?=[A-Za-z_])", "", name)


def shown_default(field: dataclasses.Field[Any]) -> str:
    """A default as code; nothing where there is none."""
    if field.default is not dataclasses.MISSING:
        return shown_value(field.default)
    if field.default_factory is not dataclasses.MISSING:
        made = field.default_factory()
        return type(made).__name__ + "()" if dataclasses.is_dataclass(made) else shown_value(made)
    return ""


def shown_value(value: object) -> str:
    """A value as code, without places in memory."""
    if inspect.isfunction(value) or inspect.isclass(value):
        return value.__name__
    text = re.sub(r" at 0x[0-9a-f]+", "", repr(value))
    return text if len(text) < 60 else f"{text[:57]}…"


def without_fields(docstring: str, names: set[str]) -> tuple[str, dict[str, str]]:
    """A docstring without the lines that tell of fields (`name: what`), and those by name."""
    kept: list[str] = []
    told: dict[str, str] = {}
    last = ""
    for line in inspect.cleandoc(docstring).splitlines():
        match = re.match(r"(\w+): (.+)", line)
        if match and match[1] in names:
            last = match[1]
            told[last] = match[2]
        elif last and line.startswith("  "):
            told[last] += f" {line.strip()}"
        else:
            last = ""
            kept.append(line)
    return "\n".join(kept), told
