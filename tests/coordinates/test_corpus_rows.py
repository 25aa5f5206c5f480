"""Every line of the corpus is well-formed, whatever any reader says of it."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent / "corpus"
FILES = sorted(FOLDER.glob("*.jsonl"))
KEYS = {
    "id",
    "answer",
    "size",
    "own_space",
    "regions",
    "unread",
    "awkward",
    "settings",
    "source",
}
SOURCE_KEYS = {
    "verbatim": {"kind", "where", "date", "quote"},
    "derived": {"kind", "from", "change"},
}
DATE = re.compile(r"20\d\d(-\d\d(-\d\d)?)?")
LEAST_ROWS, LEAST_VERBATIM = 30, 5
PLAY = 0.01  # of a pixel: the rows are rounded

Row = dict[str, Any]


def rows_of(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def corners_of(region: Row) -> list[list[float]]:
    """Gives the points that must lie in the picture."""
    if "box" in region:
        return [region["box"][:2], region["box"][2:]]
    if "mask" in region:
        return [region["mask"]["box"][:2], region["mask"]["box"][2:]]
    return [region["point"]] if "point" in region else region["polygon"]


def test_there_is_a_corpus() -> None:
    assert FILES


def check_keys(row: Row, dialect: str) -> None:
    assert set(row) == KEYS
    assert re.fullmatch(rf"{dialect}-\d\d+", row["id"])
    assert isinstance(row["answer"], str)
    assert row["answer"].strip()
    assert [type(side) for side in row["size"]] == [int, int]
    assert min(row["size"]) > 0
    assert isinstance(row["own_space"], bool)
    assert isinstance(row["awkward"], bool)
    assert isinstance(row["settings"], dict)
    assert all(piece and piece in row["answer"] for piece in row["unread"])


def check_region(region: Row, width: int, height: int) -> None:
    (kind,) = set(region) - {"label"}
    assert kind in ("box", "point", "polygon", "mask")
    assert region.get("label") is None or region["label"].strip()
    corners = corners_of(region)
    assert all(len(corner) == 2 for corner in corners)
    assert all(-PLAY <= x <= width + PLAY for x, _ in corners)
    assert all(-PLAY <= y <= height + PLAY for _, y in corners)
    if kind == "polygon":
        assert len(corners) >= 3
    if kind in ("box", "mask"):
        (x0, y0), (x1, y1) = corners
        assert x0 < x1
        assert y0 < y1
    if kind == "mask":
        assert 0 < region["mask"]["area"] <= (x1 - x0) * (y1 - y0)


def check_source(source: Row) -> None:
    assert set(source) == SOURCE_KEYS[source["kind"]]
    assert all(isinstance(value, str) and value.strip() for value in source.values())
    if source["kind"] == "verbatim":
        assert DATE.fullmatch(source["date"])


def each_of(file: Path, check: Callable[[Row], None]) -> None:
    """Runs a check on every row of a file, and names the rows that fail it."""
    failed = []
    for row in rows_of(file):
        try:
            check(row)
        except (AssertionError, KeyError, ValueError) as problem:
            failed.append(f"{row.get('id')}: {problem!r}")
    assert failed == []


@each_file
def test_a_row_has_the_keys_of_the_format(file: Path) -> None:
    each_of(file, lambda row: check_keys(row, file.stem))


@each_file
def test_a_region_is_of_one_kind_and_lies_in_the_picture(file: Path) -> None:
    def check(row: Row) -> None:
        for region in row["regions"]:
            check_region(region, *row["size"])

    each_of(file, check)


@each_file
def test_a_row_tells_its_source(file: Path) -> None:
    each_of(file, lambda row: check_source(row["source"]))


@each_file
def test_no_two_rows_have_one_id(file: Path) -> None:
    counts = Counter(row["id"] for row in rows_of(file))
    assert [name for name, count in counts.items() if count > 1] == []


@each_file
def test_a_derived_row_comes_down_to_a_verbatim_one(file: Path) -> None:
    sources = {row["id"]: row["source"] for row in rows_of(file)}
    for name in sources:
        seen = [name]
        while (source := sources[seen[-1]])["kind"] == "derived":
            assert source["from"] in sources
            assert source["from"] not in seen
            seen.append(source["from"])


@each_file
def test_no_two_rows_of_a_dialect_say_the_same_of_the_same_picture(file: Path) -> None:
    said = Counter(
        json.dumps([row["answer"], row["size"], row["settings"]]) for row in rows_of(file)
    )
    assert [words for words, count in said.items() if count > 1] == []


@each_file
def test_a_dialect_has_enough_rows_and_most_are_awkward(file: Path) -> None:
    rows = rows_of(file)
    assert len(rows) >= LEAST_ROWS
    assert sum(row["awkward"] for row in rows) > len(rows) / 2


@each_file
def test_a_dialect_has_verbatim_rows_or_a_reason(file: Path) -> None:
    reasons = json.loads((FOLDER / "few_verbatim.json").read_text(encoding="utf-8"))
    verbatim = sum(row["source"]["kind"] == "verbatim" for row in rows_of(file))
    assert verbatim >= (1 if file.stem in reasons else LEAST_VERBATIM)
    assert reasons.get(file.stem, "-").strip()


def test_reasons_are_given_only_for_dialects_that_need_one() -> None:
    reasons = json.loads((FOLDER / "few_verbatim.json").read_text(encoding="utf-8"))
    for file in FILES:
        verbatim = sum(row["source"]["kind"] == "verbatim" for row in rows_of(file))
        assert file.stem not in reasons or verbatim < LEAST_VERBATIM
