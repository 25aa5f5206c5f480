"""Modules of our page become one module, as notebooks take them: one text, nothing to load.

Each module is a function that is called once, in the order in which modules need each other, and
gives what it exports. Only the few forms of import and export that our modules have are known; any
other is an error, so that what is put together does exactly what the modules do. Comments that
have lines of their own, and those that tell types, are left out.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import final

IMPORT = re.compile(r"^import \{([^{}]*)\} from '(\.{1,2}/[\w./-]+\.js)';\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:(?:async )?function\*?|class|const) ([A-Za-z_$][\w$]*))", re.M)
NOTHING = re.compile(r"^export \{\};\n", re.MULTILINE)
DEFAULT = re.compile(r"^export default ", re.MULTILINE)
# whatever else a line could begin with, or hold, that only a module understands
UNKNOWN = re.compile(r"^(?:import|export)\b.*|\bimport\s*\(.*|\bimport\.meta\b.*", re.M)
LINES = re.compile(r"^[ \t]*/\*(?:[^*]|\*(?!/))*\*/[ \t]*\n|^[ \t]*//.*\n", re.MULTILINE)
TYPES = re.compile(r"/\*\* @(?:type|param) [^\n]*? \*/ ?")
COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*$", re.MULTILINE | re.DOTALL)


def one_module(entry: Path) -> str:
    """The text of a module whose default export is that of the file `entry`."""
    modules = _Modules(entry.parent)
    name = modules.add(entry.name)
    return f"{''.join(modules.texts)}export default {name}.default;\n"


@final
class _Modules:
    """Modules that were put together, each under a name of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[str, str] = {}
        self._open: list[str] = []
        self.texts: list[str] = []

    def add(self, path: str) -> str:
        """The name of a module, which stands among the others now."""
        if path in self._open:
            raise ValueError(f"modules need each other: {' -> '.join([*self._open, path])}")
        if path in self._names:
            return self._names[path]
        self._open.append(path)
        text = (self._folder / path).read_text("utf-8")
        text = TYPES.sub("", LINES.sub("", text))
        body = IMPORT.sub(lambda found: self._import(path, found), text)
        self._open.remove(path)
        exported = EXPORT.findall(body)
        body = NOTHING.sub("", EXPORT.sub("", body))
        body, num_defaults = DEFAULT.subn("const own_default = ", body)
        if unknown := UNKNOWN.search(COMMENT.sub("", body)):
            raise ValueError(f"{path}: a form that is not known: {unknown[0]}")
        given = [*exported, *(["default: own_default"] if num_defaults else [])]
        name = self._names[path] = f"module_{len(self._names)}"
        gives = f"return {{ {', '.join(given)} }};"
        self.texts.append(f"// {path}\nconst {name} = (() => {{\n{body}\n{gives}\n}})();\n")
        return name

    def _import(self, path: str, found: re.Match[str]) -> str:
        """An import's line becomes one that takes names from a module."""
        other = _joined(PurePosixPath(path).parent, found[2])
        names = ", ".join(" ".join(_pairs(found[1])).split(" "))
        return f"const {{ {names} }} = {self.add(other)};\n"


def _pairs(names: str) -> Iterator[str]:
    """`a, b as c` is taken apart as `a, b: c`."""
    for one in filter(None, (part.strip() for part in names.split(","))):
        outer, _, inner = one.partition(" as ")
        yield f"{outer}:{inner}" if inner else outer


def _joined(folder: PurePosixPath, relative: str) -> str:
    parts = list(folder.parts)
    for part in PurePosixPath(relative).parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
