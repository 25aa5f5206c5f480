"""Plain tables for the terminal."""

from collections.abc import Sequence

from deixis.core.untrusted_text import clean


def printable(words: str) -> str:
    """Words of pictures and files on a terminal, which obeys control characters."""
    return clean(words)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell, two spaces apart."""
    lines = [header, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
