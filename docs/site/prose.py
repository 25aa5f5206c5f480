"""Docstrings as Markdown: what a reader of code sees as words stays words."""

import inspect
import re

CODE = re.compile(r"(`+[^`\n]+`+)")


def as_markdown(text: str | None) -> str:
    """A docstring as Markdown; what is set in by two or four spaces is code."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(text or ""))
    text = "\n\n".join(_paragraph(one) for one in paragraphs if one.strip())
    return text.replace("\n```\n\n```text\n", "\n\n")


def _paragraph(text: str) -> str:
    lines = text.strip("\n").split("\n")
    if all(line.startswith("  ") for line in lines):
        return "\n".join(["```text", *_dedented(lines), "```"])
    first = next((i for i, line in enumerate(lines) if line.startswith("    ")), len(lines))
    words = escaped("\n".join(line.strip() for line in lines[:first]))
    if first == len(lines):
        return words
    return f"{words}\n\n{_paragraph(chr(10).join(lines[first:]))}"


def _dedented(lines: list[str]) -> list[str]:
    least = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return [line[least:].rstrip() for line in lines]


def escaped(text: str) -> str:
    """Words in which Markdown finds nothing but code between backticks."""
    parts = CODE.split(text)
    plain = [re.sub(r"([<>*_\[\]|\\])", r"\\\1", part) for part in parts[::2]]
    plain = [re.sub(r"(?m)^(\s*)([#+-]|\d+[.)])(?=\s)", r"\1\\\2", part) for part in plain]
    plain = [re.sub(r"(?<![\w`-])--[a-z][\w-]*", r"`\g<0>`", part) for part in plain]
    code = [*parts[1::2], ""]
    return "".join(words + one for words, one in zip(plain, code, strict=True))


def cell(text: str) -> str:
    """Words for a cell of a table."""
    return escaped(text.replace("\n", " ")).strip()


def code(text: str) -> str:
    """Code within a line or a cell."""
    if not text:
        return ""
    ticks = "``" if "`" in text else "`"
    inner = text.replace("|", "\\|")
    return f"{ticks} {inner} {ticks}" if "`" in text else f"`{inner}`"


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A table; no columns that are empty in every row."""
    kept = [i for i in range(len(heads)) if i == 0 or any(row[i] for row in rows)]
    lines = [[heads[i] for i in kept], ["---"] * len(kept)]
    lines += [[row[i] for i in kept] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
