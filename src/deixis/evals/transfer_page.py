"""A transfer matrix as files: a page, a heat map, and JSON."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from deixis.core import markdown
from deixis.core.files import make_folder, write_bytes, write_text
from deixis.core.untrusted_text import plotted
from deixis.evals.plot import LINE, PAPER
from deixis.pixel.transfer import Cell, Transfer

RECORD, MAP, PAGE = "transfer.json", "matrix.png", "README.md"
LONGEST = 36  # letters of a name beside the map
DARK = 0.7  # of the span, beyond which a colour is too dark for dark letters
LEAST_SPAN = 5.0  # points that the darkest colour stands for, at least


def write_transfer(found: Transfer, folder: Path, *, command: str) -> None:
    """README.md, matrix.png and transfer.json."""
    make_folder(folder)
    record = asdict(found) | {"command": command}
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
    from matplotlib.figure import Figure  # slow to import, and only needed here

    rows, columns = found.prompts, found.models
    changes = [[_change(found.cell(row, column)) for column in columns] for row in rows]
    known = [abs(change) for line in changes for change in line if change == change]
    span = max([LEAST_SPAN, *known])
    figure = Figure(
        figsize=(2.6 + 1.5 * len(columns), 1.3 + 0.55 * len(rows)),
        layout="constrained",
        facecolor=PAPER,
    )
    axes: Any = figure.subplots()  # Any: matplotlib's Axes
    shown = axes.imshow(changes, cmap="RdYlGn", vmin=-span, vmax=span, aspect="auto")
    for y, row in enumerate(rows):
        for x, column in enumerate(columns):
            cell = found.cell(row, column)
            weight = "bold" if _is_clear(cell) else "normal"
            ink = PAPER if abs(_change(cell)) > DARK * span else LINE
            axes.text(
                x, y, _short(cell), ha="center", va="center", fontsize=8, color=ink, weight=weight
            )
    axes.set_xticks(range(len(columns)), map(_label, columns), fontsize=8, rotation=20, ha="right")
    axes.set_yticks(range(len(rows)), map(_label, rows), fontsize=8)
    title = plotted(f"{found.benchmark}: points gained")
    axes.set_title(title, loc="left", fontsize=10, color=LINE)
    figure.colorbar(shown, ax=axes, shrink=0.8)
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=120)
    return file.getvalue()


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
    short = name if len(name) <= LONGEST else f"{name[: LONGEST // 2]}…{name[-LONGEST // 2 :]}"
    return plotted(short)


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
