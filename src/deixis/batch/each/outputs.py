"""The rows of a run, written in their order in the form that is asked for: our JSON lines, Parquet,
COCO's captions, or conversations as LLaVA and ShareGPT have them.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BufferedWriter
from itertools import chain, groupby
from pathlib import Path
from typing import Any, TypeAlias, final

from deixis.ask.sent import Sent
from deixis.batch.each.plan import marks_of, planned_pictures
from deixis.batch.each.row_journal import PartFiles, RowIndex, index_of
from deixis.core import json_lines, region_json
from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.files import written
from deixis.core.optional_parts import require_package
from deixis.models.generation import Usage

SHOWN_ERRORS = 3
EachRow: TypeAlias = dict[str, Any]  # Any: JSON
Shown: TypeAlias = Callable[[EachRow], list[str]]  # the names of a row's pictures, as sent
PLAN = "plan.jsonl"
AT_A_TIME = 4096  # rows of Parquet
COLUMNS = ("key", "image", "id", "region", "question", "sent", "text", "finish", "usage", "error")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class RowPreview:
    """A row as it would be asked."""

    image: str
    id: str
    question: str
    sent: Sent


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class AskedEach:
    """What came of a run, and of those before it: so many rows, of which some are errors, and some
    were not asked yet. Calls, tokens and money are those of all runs together. `first_errors` are
    different ones, a few. Of a dry run, `first` are the first rows that would be asked, and
    `expected` the tokens that all of them will take, by the mean of the answers that were had.
    """

    out: Path
    questions: tuple[str, ...]
    num_pictures: int
    num_rows: int
    num_errors: int
    num_left: int
    num_crowds: int
    calls: int
    usage: Usage
    money: float
    is_over_budget: bool
    first_errors: tuple[str, ...]
    first: tuple[RowPreview, ...] = ()
    expected: Usage | None = None

    def rows(self) -> Iterator[EachRow]:
        """The rows in their order, whatever form they were written in."""
        folder = journal_of(self.out)
        return ordered_rows(folder / PLAN, self.questions, index_of(folder))


@final
class ErrorTally:
    """Errors of rows are counted, and the first that differ told with the place where they are."""

    def __init__(self) -> None:
        self.count = 0
        self._first: dict[str, str] = {}

    def add(self, image: str, region: str, error: str) -> None:
        """One more row is an error."""
        self.count += 1
        if len(self._first) < SHOWN_ERRORS:
            where = f"{image}, region {region}" if region else image
            self._first.setdefault(error, error if error.startswith(image) else f"{where}: {error}")

    @property
    def first(self) -> tuple[str, ...]:
        """A few, each another."""
        return tuple(self._first.values())


def journal_of(out: Path) -> Path:
    """The answers of a run lie in this folder beside its output."""
    return out.with_name(f"{out.name}.journal")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class RowForm:
    """A form of output: how it is written, and the suffixes that choose it."""

    write: Callable[[BufferedWriter, Iterator[EachRow], Shown], None]
    suffixes: tuple[str, ...] = ()


def ordered_rows(plan: Path, questions: tuple[str, ...], index: RowIndex) -> Iterator[EachRow]:
    """The rows that were had, in the plan's order."""
    with PartFiles() as files:
        for picture in planned_pictures(plan):
            rows = picture.rows(questions)
            yield from filter(None, index.records(marks_of(rows), files))


def form_of(out: Path, name: str | None) -> RowForm:
    """The form of that name, or the one that the file's suffix chooses."""
    if name is not None:
        if name not in FORMS:
            raise UnknownNameError(kind="form of rows", name=name, known=FORMS)
        found = FORMS[name]
    else:
        fitting = [form for form in FORMS.values() if out.suffix.lower() in form.suffixes]
        if not fitting:
            raise UsageError(
                f"what is written to {out.name}? Name a .jsonl or .parquet, or choose the form: "
                f"--as {', '.join(FORMS)}"
            )
        (found,) = fitting
    if found is FORMS["parquet"]:
        require_package("pyarrow", extra="look", needed_for="Parquet")
    return found


def write_rows(out: Path, form: RowForm, rows: Iterator[EachRow], shown: Shown) -> None:
    """All rows are written, whole or not at all."""
    with written(out) as file:
        form.write(file, rows, shown)


def _jsonl(file: BufferedWriter, rows: Iterator[EachRow], _: Shown) -> None:
    for row in rows:
        file.write(json_lines.line(row).encode())


def _parquet(file: BufferedWriter, rows: Iterator[EachRow], _: Shown) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    with pq.ParquetWriter(file, schema) as writer:
        while batch := [row for _, row in zip(range(AT_A_TIME), rows, strict=False)]:
            columns = [[_cell(row.get(name)) for row in batch] for name in COLUMNS]
            writer.write_table(pa.table(dict(zip(COLUMNS, columns, strict=True)), schema=schema))


def _cell(value: object) -> str | None:
    """Words as they are, all else as JSON."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _coco(file: BufferedWriter, rows: Iterator[EachRow], _: Shown) -> None:
    """Captions with the region's box beside each; two passes would be two readings, so pictures
    come first in memory, by their names alone.
    """
    images: dict[str, int] = {}
    file.write(b'{"annotations": [')
    comma = b"\n"
    for number, row in enumerate(_answered(rows), start=1):
        image = images.setdefault(row["image"], len(images) + 1)
        record = {"id": number, "image_id": image, "caption": row["text"].strip()}
        record |= {"question": row["question"], "region_id": row["id"], **_coco_box(row)}
        file.write(comma + json.dumps(record, ensure_ascii=False).encode())
        comma = b",\n"
    file.write(b'\n], "images": [')
    comma = b"\n"
    for name, number in images.items():
        record = {"id": number, "file_name": name}
        file.write(comma + json.dumps(record, ensure_ascii=False).encode())
        comma = b",\n"
    file.write(b"\n]}\n")


def _coco_box(row: EachRow) -> dict[str, object]:
    if row["region"] is None:
        return {}
    box = region_json.from_record(row["region"]).box()
    return {"bbox": [box.x0, box.y0, box.width, box.height], "area": box.width * box.height}


def _llava(file: BufferedWriter, rows: Iterator[EachRow], shown: Shown) -> None:
    """One picture is named, as LLaVA's readers have it, or a list of several."""
    _conversations(file, rows, shown, lambda names: {"image": _one_or_all(names)})


def _sharegpt(file: BufferedWriter, rows: Iterator[EachRow], shown: Shown) -> None:
    _conversations(file, rows, shown, lambda names: {"images": names})


def _one_or_all(names: list[str]) -> object:
    return names[0] if len(names) == 1 else names


def _conversations(
    file: BufferedWriter,
    rows: Iterator[EachRow],
    shown: Shown,
    told: Callable[[list[str]], Mapping[str, object]],
) -> None:
    """A conversation a region: its questions, as they were sent, and the answers."""
    file.write(b"[")
    comma = b"\n"
    for _, some in groupby(_answered(rows), key=lambda row: (row["image"], row["id"])):
        first = next(some)
        names = shown(first)
        turns = []
        for number, row in enumerate(chain([first], some)):
            places = "<image>\n" * len(names) if number == 0 else ""
            turns.append({"from": "human", "value": f"{places}{row['sent']}"})
            turns.append({"from": "gpt", "value": row["text"]})
        record = {"id": first["key"], **told(names), "conversations": turns}
        file.write(comma + json.dumps(record, ensure_ascii=False).encode())
        comma = b",\n"
    file.write(b"\n]\n")


def _answered(rows: Iterable[EachRow]) -> Iterator[EachRow]:
    """Errors are no captions and no turns; they stand in our own forms alone."""
    return (row for row in rows if "error" not in row)


FORMS: Mapping[str, RowForm] = {
    "jsonl": RowForm(write=_jsonl, suffixes=(".jsonl",)),
    "parquet": RowForm(write=_parquet, suffixes=(".parquet",)),
    "coco": RowForm(write=_coco),
    "llava": RowForm(write=_llava),
    "sharegpt": RowForm(write=_sharegpt),
}
