"""Written lines, whoever reads them, in the order in which people read."""

from collections.abc import Sequence

from deixis.core.region import Region


def in_reading_order(lines: Sequence[Region]) -> list[Region]:
    """From top to bottom; those side by side from left to right. A line stands beside the highest
    of its row if its middle is above the lower quarter of that.
    """
    rows: list[list[Region]] = []
    bottom = 0.0
    for line in sorted(lines, key=lambda line: _middle(line)[::-1]):
        box = line.box()
        if not rows or _middle(line)[1] > bottom:
            rows.append([])
            bottom = box.y1 - box.height / 4
        rows[-1].append(line)
    return [line for row in rows for line in sorted(row, key=_middle)]


def _middle(line: Region) -> tuple[float, float]:
    box = line.box()
    return (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
