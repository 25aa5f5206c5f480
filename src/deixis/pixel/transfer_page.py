"""A transfer matrix as files: a page, a heat map, and JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from deixis.core import markdown
from deixis.core.files import make_folder, write_bytes, write_text
from deixis.pixel.transfer import Cell, Transfer
from deixis.reports import chart

RECORD, MAP, PAGE = "transfer.json", "matrix.png", "README.md"
LONGEST = 36  # letters of a name beside the map


def write_transfer(found: Transfer, folder: Path, *, command: str) -> None:
    """README.md, matrix.png and transfer.json."""
    make_folder(folder)
    cells = tuple(replace(cell, answers=()) for cell in found.cells)
    record = asdict(replace(found, cells=cells, questions=())) | {"command": command}
    for one in (record, *record["cells"]):
        for name in ("answers", "questions"):
            one.pop(name, None)
    write_text(folder / RECORD, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
    write_bytes(folder / MAP, heat_map(found))
    write_text(folder / PAGE, page(found, command=command))


def page(found: Transfer, *, command: str) -> str:
    """The matrix as people read it."""
    header = ["prompt", *map(markdown.words, found.models)]
    plain = ["none", *(_before(found, model) for model in found.models)]
    rows = [
        [markdown.words(name), *(_cell(found.cell(name, model)) for model in found.models)]
        for name in found.prompts
    ]
    lines = ["| " + " | ".join(row) + " |" for row in (header, ["---"] * len(header), plain, *rows)]
    problems = [
        f"- {markdown.words(f'{cell.prompt} on {cell.model}: {said}')}"
        for cell in found.cells
        for said in (cell.problem, *cell.changed)
        if said
    ]
    return "\n".join(
        [
            f"# Transfer: {markdown.words(found.benchmark)}",
            "",
            f"{markdown.words(found.measure)}, per cent, of {found.num_questions} questions; with "
            "a prompt, and in points against the same model without it (95 %, paired, clustered by "
            "picture). "
            "A star: learned on that model. Bold: chance alone would hardly do that.",
            "",
            "![gains by prompt and model](matrix.png)",
            "",
            *lines,
            "",
            *([*problems, ""] if problems else []),
            markdown.block(command),
            "",
        ]
    )


def heat_map(found: Transfer) -> bytes:
    """A PNG: green where a prompt helps, red where it harms."""
    fields = [
        [
            chart.Change(points=_change(cell), words=_short(cell), is_clear=_is_clear(cell))
            for cell in (found.cell(row, column) for column in found.models)
        ]
        for row in found.prompts
    ]
    title = f"{found.benchmark}: points gained"
    return chart.heat_map(
        title, [*map(_label, found.prompts)], [*map(_label, found.models)], fields
    )


def table_of(found: Transfer) -> tuple[list[str], Sequence[Sequence[str]]]:
    """Header and rows for the terminal."""
    plain = ["none", *(_before(found, model) for model in found.models)]
    rows = [
        [name, *(_short(found.cell(name, model)) for model in found.models)]
        for name in found.prompts
    ]
    return ["prompt", *found.models], [plain, *rows]


def _label(name: str) -> str:
    """A name as it fits beside the map: of a folder's path both ends."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST // 2]}…{name[-LONGEST // 2 :]}"


def _before(found: Transfer, model: str) -> str:
    gains = [c.gain for c in found.cells if c.model == model and c.gain is not None]
    return f"{gains[0].before:.1f}" if gains else "–"


def _cell(cell: Cell) -> str:
    if cell.gain is None:
        return "–"
    gain, star = cell.gain, "*" if cell.is_source else ""
    change = f"{gain.change:+.1f} ({gain.low:+.1f} to {gain.high:+.1f})"
    told = f"**{change}**" if _is_clear(cell) else change
    return f"{gain.after:.1f}, {told}{star}"


def _short(cell: Cell) -> str:
    if cell.gain is None:
        return "–"
    return f"{cell.gain.change:+.1f}{'*' if cell.is_source else ''}"


def _change(cell: Cell) -> float:
    return float("nan") if cell.gain is None else cell.gain.change


def _is_clear(cell: Cell) -> bool:
    return cell.gain is not None and (cell.gain.low > 0 or cell.gain.high < 0)
