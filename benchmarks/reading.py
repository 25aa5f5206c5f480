"""Reading answers: ours against supervision's `Detections.from_vlm`, on the dialects both have.

    pip install --group benchmarks && python benchmarks/reading.py [--cases FILE]

Agreement: each answer of the corpus (tests/coordinates/corpus) in a dialect that both read, of
which the boxes meant were written by hand from the vendor's page that the row names. A reader is
right where it gives those boxes and no other, each within a quantum (the two divide by 1023 and by
1024 here and there). Where the two differ the case is printed, with who is right and by which page;
`--cases` writes all of them as JSON Lines. supervision reads boxes alone, so the boxes of points,
polygons and masks are compared, and answers of points are left out.

Speed: the same texts in the same run, in turn: those of the corpus, and answers of 1, 10 and 100
boxes. One thread, the least processor time of each. Kosmos-2 is left out: supervision takes what
transformers has parsed already. Moondream's is a dictionary there, so its `json.loads` counts.
"""

import argparse
import json
import os
import statistics
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

from deixis.coordinates import Dialect, dialects
from deixis.coordinates.resizing import resize_of
from deixis.core import region as make
from deixis.core.size import Size

CORPUS = Path(__file__).parents[1] / "tests" / "coordinates" / "corpus"
NAMES = {  # ours, and theirs
    "paligemma": "paligemma",
    "qwen2_5_vl": "qwen_2_5_vl",
    "qwen3_vl": "qwen_3_vl",
    "deepseek_vl2": "deepseek_vl_2",
    "gemini": "gemini_2_5",
    "moondream": "moondream",
}
ROUNDS, BOXES = 40, (1, 10, 100)
SIZE = Size(width=1280, height=720)
Boxes = list[tuple[float, float, float, float]]


@dataclass(frozen=True, kw_only=True)
class Case:
    """An answer of the corpus has boxes that were meant, and a page that says so."""

    name: str
    id: str
    text: str
    size: Size
    settings: dict[str, Any]
    meant: Boxes
    has_points: bool
    page: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Two readers gave boxes for a case, of which each is right or not."""

    case: Case
    ours: Boxes
    theirs: Boxes | str
    we_are: bool
    they_are: bool

    @property
    def who(self) -> str:
        """Which of the two is right."""
        return {
            (True, True): "both",
            (True, False): "deixis",
            (False, True): "supervision",
            (False, False): "neither",
        }[self.we_are, self.they_are]

    def record(self) -> dict[str, Any]:
        """What `--cases` writes."""
        case = self.case
        told = {"dialect": case.name, "id": case.id, "right": self.who, "answer": case.text}
        boxes = {"meant": case.meant, "deixis": self.ours, "supervision": self.theirs}
        return told | boxes | {"page": case.page}


def main() -> None:
    """Agreement, then speed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cases", type=Path, help="write all cases there, as JSON Lines")
    arguments = parser.parse_args()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it tells that OpenCV is not there
            import supervision
    except ImportError:
        print("not run: supervision is not installed; see `pip install --group benchmarks`")
        return
    print(f"supervision {supervision.__version__}")
    verdicts = [judged(case) for name in NAMES for case in cases(name) if not case.has_points]
    show_agreement(verdicts)
    if arguments.cases:
        lines = (json.dumps(verdict.record(), ensure_ascii=False) for verdict in verdicts)
        arguments.cases.write_text("\n".join(lines) + "\n", encoding="utf-8")
    show_speed([verdict.case for verdict in verdicts])


def cases(name: str) -> list[Case]:
    """The rows of the corpus in a dialect."""
    file = CORPUS / f"{name}.jsonl"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else ()
    rows = {row["id"]: row for row in map(json.loads, lines)}
    return [
        Case(
            name=name,
            id=row["id"],
            text=row["answer"],
            size=Size(width=row["size"][0], height=row["size"][1]),
            settings=row.get("settings", {}),
            meant=[meant for region in row["regions"] if (meant := box_meant(region))],
            has_points=any("point" in region for region in row["regions"]),
            page=page_of(row, rows),
        )
        for row in rows.values()
    ]


def page_of(row: dict[str, Any], rows: dict[str, Any]) -> str:
    """Where a row was seen, or that from which it was derived, and how."""
    source = row["source"]
    if source["kind"] == "verbatim":
        return source["where"]
    return f"{page_of(rows[source['from']], rows)} ({source['from']}, but {source['change']})"


def with_settings(name: str, settings: dict[str, Any]) -> Dialect:
    """A dialect as the settings of a row of the corpus say."""
    made = {key: resize_of(told) if key == "resize" else told for key, told in settings.items()}
    return dialects.get(name)(**made)


def box_meant(region: dict[str, Any]) -> tuple[float, float, float, float] | None:
    """The box of a region of the corpus, unless it is a point."""
    if "box" in region or "mask" in region:
        return tuple(region.get("box") or region["mask"]["box"])
    corners = region.get("polygon") or []
    while corners and isinstance(corners[0][0], list):
        corners = [corner for part in corners for corner in part]
    if not corners:
        return None
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def ours(dialect: Dialect, text: str, size: Size) -> Boxes:
    """What we read."""
    return [region.box().xyxy for region in dialect.read(text, size).regions]


def theirs(case: Case) -> Boxes:
    """What supervision reads."""
    found = from_vlm(case)
    if found.mask is None or not found.mask.any():
        return [tuple(map(float, box)) for box in found.xyxy]
    return [box_inside(mask) for mask in found.mask if mask.any()]


def box_inside(mask: Any) -> tuple[float, float, float, float]:
    """The box of a mask; the box that the model wrote beside it may be wider."""
    ys, xs = mask.nonzero()
    return float(xs.min()), float(ys.min()), float(xs.max()) + 1, float(ys.max()) + 1


def from_vlm(case: Case) -> Any:
    """Detections; its own package has no stubs here."""
    import supervision

    told: Any = case.text
    settings = {}
    if case.name == "moondream":
        told = json.loads(case.text)
    if case.name == "qwen2_5_vl":
        dialect = with_settings(case.name, case.settings)
        settings["input_wh"] = seen(dialect, case.size)
    name = NAMES[case.name]
    if case.name == "gemini" and '"boxes"' in case.text:
        name = "gemini_3_6"
    size = (case.size.width, case.size.height)
    vlm = supervision.VLM(name)
    return supervision.Detections.from_vlm(vlm, told, resolution_wh=size, **settings)


def seen(dialect: Dialect, size: Size) -> tuple[int, int]:
    """The size whose pixels Qwen2.5-VL counts: a quantum is one of them."""
    quantum = dialect.quantum(size)
    return round(size.width / quantum.x), round(size.height / quantum.y)


def judged(case: Case) -> Verdict:
    """Both readers on a case, against what was meant."""
    dialect = with_settings(case.name, case.settings)
    quantum = dialect.quantum(case.size)
    found = ours(dialect, case.text, case.size)
    try:
        others: Boxes | str = theirs(case)
    except Exception as failure:  # noqa: BLE001  # whatever it raises, it did not read it
        others = f"{type(failure).__name__}: {failure}"[:200]
    return Verdict(
        case=case,
        ours=found,
        theirs=others,
        we_are=are_near(found, case.meant, quantum.x, quantum.y),
        they_are=not isinstance(others, str) and are_near(others, case.meant, quantum.x, quantum.y),
    )


def are_near(found: Boxes, meant: Boxes, x: float, y: float) -> bool:
    """All boxes that were meant and no other, each edge within a quantum."""
    steps = (x + 1e-6, y + 1e-6) * 2
    return len(found) == len(meant) and all(
        abs(a - b) <= step
        for box, true in zip(sorted(found), sorted(meant), strict=True)
        for a, b, step in zip(box, true, steps, strict=True)
    )


def show_agreement(verdicts: list[Verdict]) -> None:
    """A table, and the cases in which the two are not both right."""
    print(f"\n{len(verdicts)} answers of boxes, or of nothing: who is right\n")
    rights = ("both", "deixis", "supervision", "neither")
    print(f"{'dialect':14}", *(f"{right:>11}" for right in rights))
    for name in NAMES:
        who = Counter(verdict.who for verdict in verdicts if verdict.case.name == name)
        print(f"{name:14}", *(f"{who[right]:11}" for right in rights))
    who = Counter(verdict.who for verdict in verdicts)
    print(f"{'all':14}", *(f"{who[right]:11}" for right in rights))
    for verdict in verdicts:
        if verdict.who != "both":
            print(f"\n{verdict.case.id}: right is {verdict.who}, by {verdict.case.page}")
            print(f"  answer      {verdict.case.text!r:.300}")
            print(f"  meant       {verdict.case.meant!r:.200}")
            print(f"  deixis      {verdict.ours!r:.200}")
            print(f"  supervision {verdict.theirs!r:.200}")


def show_speed(read: list[Case]) -> None:
    """Ours and theirs, and the median of the ratio over texts."""
    print(f"\n{'texts':32} {'ours µs':>9} {'theirs µs':>10} {'theirs / ours':>14}")
    ratios = [pair for case in read if (pair := timed(case))]
    show("the corpus, a text", ratios)
    for name in NAMES:
        dialect = dialects.get(name)()
        for num in BOXES:
            boxes = [make.box(10 + k, 20 + k, 300 + k, 400, label="cup") for k in range(num)]
            text = dialect.say(boxes, SIZE)
            if name == "moondream":
                text = f'{{"objects": {text}}}'
            case = Case(
                name=name,
                id="",
                text=text,
                size=SIZE,
                settings={},
                meant=[],
                has_points=False,
                page="",
            )
            pair = timed(case)
            show(f"{name}, {num} boxes", [pair] if pair else [])


def show(what: str, pairs: list[tuple[float, float]]) -> None:
    """A line."""
    if not pairs:
        print(f"{what:32} none that both take")
        return
    mine, other = (statistics.median(pair[side] for pair in pairs) * 1e6 for side in (0, 1))
    ratio = statistics.median(b / a for a, b in pairs)
    print(f"{what:32} {mine:9.1f} {other:10.1f} {ratio:14.2f}")


def timed(case: Case) -> tuple[float, float] | None:
    """The least of both on a text, in turn; nothing where theirs refuses it."""
    try:
        from_vlm(case)
    except Exception:  # noqa: BLE001  # it is told among the cases
        return None
    dialect = with_settings(case.name, case.settings)
    works: tuple[Callable[[], Any], ...] = (
        lambda: dialect.read(case.text, case.size).regions,
        lambda: from_vlm(case),
    )
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for times, work in zip(taken, works, strict=True):
            begin = time.process_time_ns()
            work()
            times.append((time.process_time_ns() - begin) / 1e9)
    return min(taken[0]), min(taken[1])


if __name__ == "__main__":
    main()
