"""Writes the table of formats into its page: python docs/adapters_table.py."""

import json
from collections import defaultdict
from pathlib import Path

from deixis.core.region import KINDS
from deixis.core.region_json import WORDS
from deixis.data.adapters import adapters

PAGE = Path(__file__).with_name("adapters.md")
MANIFEST = Path(__file__).parents[1] / "tests/data/adapters/written/manifest.json"
BEGIN = "<!-- formats: made by python docs/adapters_table.py -->\n"
END = "<!-- end -->\n"
HEADER = ("format", "what", "files", "counts", "holds", "they wrote, we read", "they read ours")


def table() -> str:
    """Each format is a row of Markdown."""
    wrote, read = _tools()
    rows = [_cells(name, wrote[name], read[name]) for name in adapters.names()]
    lines = [HEADER, ("---",) * len(HEADER), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def with_table(page: str) -> str:
    """The page with the table as the formats and the manifest are now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def _tools() -> tuple[defaultdict[str, list[str]], defaultdict[str, list[str]]]:
    """By formats: who wrote what we read, and who read what we wrote."""
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    wrote, read = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    for row in manifest["they wrote"]:
        wrote[row["format"]].append(f"{row['tool']} {row['version']}")
    for row in manifest["they read ours"]:
        for name in row["formats"]:
            read[name].append(f"{row['tool']} {row['version']}")
    return wrote, read


def _cells(name: str, wrote: list[str], read: list[str]) -> tuple[str, ...]:
    card = adapters.get(name).card
    kinds = "all" if set(card.kinds) == set(KINDS.values()) else ", ".join(card.kinds)
    words = "all" if set(card.words) == set(WORDS) else ", ".join(card.words)
    return (
        f"`{name}`",
        card.title,
        card.form,
        card.frame,
        f"{kinds}; {words}",
        ", ".join(dict.fromkeys(wrote)),
        ", ".join(dict.fromkeys(read)),
    )


def main() -> None:
    """The page is written anew."""
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
