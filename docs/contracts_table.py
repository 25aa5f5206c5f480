"""Writes the table of contracts into its page: python docs/contracts_table.py."""

from pathlib import Path

from deixis.coordinates.contract import Contract
from deixis.coordinates.contracts import contracts

PAGE = Path(__file__).with_name("contracts.md")
BEGIN = "<!-- contracts: made by python docs/contracts_table.py -->\n"
END = "<!-- end -->\n"
HEADER = ("contract", "models", "dialect", "resize", "schema", "read")


def table() -> str:
    """Each contract is a row of Markdown."""
    lines = [HEADER, ("---",) * len(HEADER), *map(_cells, contracts())]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def with_table(page: str) -> str:
    """The page with the table as the contracts are now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def _cells(row: Contract) -> tuple[str, ...]:
    models = " ".join(f"`{pattern}`" for pattern in row.models)
    if row.servers:
        models = f"{models} at {', '.join(row.servers)}"
    record = dict(row.resize.record())
    law = str(record.pop("law"))
    resize = ", ".join([law, *(f"{name} {value}" for name, value in record.items())])
    return (
        f"`{row.name}`",
        models,
        f"`{row.dialect}`" if row.dialect else f"none here: {row.note}",
        resize,
        f"`{row.schema}`" if row.schema else "",
        f"[{row.date}]({_address(row.source)})",
    )


def _address(source: str) -> str:
    """An address, also of a thread that is named as repo#number."""
    if "#" not in source or source.startswith("https://"):
        return source
    repo, _, number = source.partition("#")
    return f"https://github.com/{repo}/issues/{number}"


def main() -> None:
    """The page is written anew."""
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
