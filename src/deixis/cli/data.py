"""Check, look at, describe, convert and export data sets with regions.

  deixis data check data.jsonl --format regions    every bad row, with its reason
  deixis data show refcoco --format refcoco --num 12 --out sheet.png
  deixis data cards                                what each format is, its licence, its size
  deixis data export visual7w --format visual7w --split train --out DIR     with marks drawn
  deixis data convert instances.json shapes --to labelme     regions for another tool
  deixis data formats                              which tools' files are read and written

Data sets are read as they are published; nothing is downloaded. Formats: docs/data.md.

Every part has its own --help, and --json.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli._data_source import add_source, opened, row_progress
from deixis.cli.parsers import add_part
from deixis.core.errors import DeixisError, SampleError, UsageError
from deixis.core.files import make_folder, write_bytes

if TYPE_CHECKING:
    from deixis.data import RegionSample
    from deixis.data.adapters import Annotated
    from deixis.data.checks.check import Tally

SHOWN = 20  # bad rows that are listed
CHECK = """\
Read every row and say of each bad one why it is bad.

A row is good if it can be read, its pictures are in their folder and can be opened, are of the size
that the row says, and its regions lie in them (what sticks out by more than a pixel is counted, and
cut when it is used). Exit code 1 if any row is bad.
"""
SHOW = """\
Draw some samples on one sheet, each with its regions outlined and its words below.

Slots of the words, as {object}, stand at their regions. Rows are taken evenly from the whole; with
--seed the words and choices are varied as they are in training.
"""
EXPORT = """\
Write marked conversations: each picture with marks drawn over its regions, and a row in LLaVA's
format whose words speak of them, with the marks, the seed and the renderer's version beside it.

Training does not need this (`deixis train … --set task.marks=release` draws them on the fly); it is
for other tools, and to look at. The same seed gives the same bytes on every machine.
"""
CONVERT = """\
Write the regions of a file or folder, whatever tool wrote it, for another tool.

What the format of OUT cannot hold is changed to what is nearest or left out, and told. Formats:
deixis data formats.
"""
FORMATS = "Tell which tools' files are read and written, and what each can hold."
SUFFIXES = {".jsonl": "regions", ".xml": "cvat"}  # what --to is where only one format fits
CARDS = "Tell each format's origin, licence and size, what it holds, and which files are read."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis data` takes these arguments."""
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    _add_check(add_part(parts, "check", "every bad row", CHECK))
    _add_show(add_part(parts, "show", "a sheet of samples", SHOW))
    _add_export(add_part(parts, "export", "marked conversations, written out", EXPORT))
    _add_convert(add_part(parts, "convert", "regions for another tool", CONVERT))
    formats = add_part(parts, "formats", "which tools' files are read and written", FORMATS)
    formats.set_defaults(do=_formats)
    cards = add_part(parts, "cards", "what each format is", CARDS)
    cards.add_argument("names", nargs="*", metavar="FORMAT", help="only these formats")
    cards.set_defaults(do=_cards)


def _add_export(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a new folder")
    parser.add_argument(
        "--profile",
        choices=("release", "paper"),
        default="release",
        help="how marks are drawn (default release)",
    )
    parser.add_argument("--seed", type=int, default=0, help="of the marks (default 0)")
    parser.add_argument("--epochs", type=int, default=1, help="each with its own marks (default 1)")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N rows of an epoch")
    parser.add_argument(
        "--skip-bad", action="store_true", help="leave bad rows out, and count them"
    )
    parser.set_defaults(do=_export, keeps="data export")


def _add_convert(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, metavar="SRC", help="a file or folder with regions")
    parser.add_argument("out", type=Path, metavar="OUT", help="the new file or folder")
    parser.add_argument(
        "--from", dest="given", metavar="NAME", help="the format of SRC (default: recognised)"
    )
    parser.add_argument(
        "--to", metavar="NAME", help="the format of OUT (.jsonl is regions, .xml is cvat)"
    )
    parser.add_argument("--images", type=Path, metavar="DIR", help="folder of its pictures")
    parser.add_argument(
        "--skip-bad", action="store_true", help="leave bad rows out, and count them"
    )
    parser.set_defaults(do=_convert)


def run(arguments: argparse.Namespace) -> None:
    """The chosen part runs."""
    arguments.do(arguments)


def _add_check(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N rows")
    parser.add_argument(
        "--decode", action="store_true", help="decode every picture, not only its header (slower)"
    )
    parser.set_defaults(do=_check)


def _add_show(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    parser.add_argument("--num", type=int, default=12, help="how many samples (default 12)")
    parser.add_argument("--first", type=int, metavar="INDEX", help="from this row on, one by one")
    parser.add_argument("--seed", type=int, help="vary words and choices as in training")
    parser.add_argument("--out", type=Path, default=Path("sheet.png"), help="default sheet.png")
    parser.add_argument("--skip-bad", action="store_true", help="leave bad rows out, and say so")
    parser.set_defaults(do=_show)


def _check(arguments: argparse.Namespace) -> None:
    from deixis.data.checks.check import Tally, check

    if arguments.limit is not None and arguments.limit < 1:
        raise UsageError(f"--limit is at least 1, got {arguments.limit}")
    dataset = opened(arguments)
    tally = Tally()
    advance = row_progress(min(len(dataset), arguments.limit or len(dataset)))
    for checked in check(dataset, limit=arguments.limit, decode=arguments.decode):
        tally.add(checked)
        advance(tally.num_rows, len(tally.bad))
    if arguments.json:
        record = {"format": arguments.format, "path": str(dataset.path), **tally.record()}
        print(json.dumps(record, ensure_ascii=False))
    else:
        _print_tally(tally)
    if tally.bad:
        raise DeixisError(f"{len(tally.bad)} of {tally.num_rows} rows are bad")
    if not tally.num_rows:
        raise DeixisError(f"{dataset.path} has no rows")


def _print_tally(tally: "Tally") -> None:
    for line in tally.bad[:SHOWN]:
        print(line)
    if len(tally.bad) > SHOWN:
        print(f"… and {len(tally.bad) - SHOWN} more (--json lists all)")
    print(f"{tally.num_rows - len(tally.bad)} of {tally.num_rows} rows are good")
    print(f"{tally.num_turns} turns: {_counts(tally.kinds)}")
    print(f"{tally.num_regions} regions: {_counts(tally.region_kinds)}")
    if tally.num_sticking_out:
        print(f"{tally.num_sticking_out} regions stick out of their picture and will be cut")
    if tally.num_without_picture:
        print(f"{tally.num_without_picture} rows are about no picture")


def _counts(counts: dict[str, int]) -> str:
    parts = sorted(counts.items(), key=lambda entry: -entry[1])
    return ", ".join(f"{name} {count}" for name, count in parts) or "none"


def _show(arguments: argparse.Namespace) -> None:
    import numpy as np

    from deixis.data.checks.sheet import sample_sheet

    if not 1 <= arguments.num <= 200:
        raise UsageError(f"--num is within 1..200, got {arguments.num}")
    dataset = opened(arguments)
    bad: list[str] = []
    samples: list[RegionSample] = []
    for index in _rows(arguments, len(dataset)):
        seed = arguments.seed
        generator = None if seed is None else np.random.default_rng([seed, index])
        try:
            samples.append(dataset.sample(index, generator))
        except SampleError as problem:
            if not arguments.skip_bad:
                raise
            bad.append(str(problem))
    if not samples:
        raise DeixisError(f"there is no sample to show: {len(bad)} bad rows")
    make_folder(arguments.out.parent)
    write_bytes(arguments.out, sample_sheet(samples).png())
    if arguments.json:
        records = [_record(sample) for sample in samples]
        print(json.dumps({"sheet": str(arguments.out), "samples": records, "bad": bad}))
        return
    print(f"{len(samples)} samples on {arguments.out}")
    if bad:
        print(f"{len(bad)} bad rows were left out, first: {bad[0]}")


def _rows(arguments: argparse.Namespace, count: int) -> Iterator[int]:
    """Rows are taken evenly from the whole, or one by one."""
    if arguments.first is None:
        num = min(arguments.num, count)
        yield from (place * count // num for place in range(num))
        return
    if not 0 <= arguments.first < count:
        raise UsageError(f"--first is within 0..{count - 1}, got {arguments.first}")
    yield from range(arguments.first, min(arguments.first + arguments.num, count))


def _record(sample: "RegionSample") -> dict[str, object]:
    from deixis.core import region_json

    return {
        "dataset": sample.dataset,
        "id": sample.id,
        "kind": sample.kind,
        "split": sample.split,
        "pictures": [str(path) for path in sample.pictures],
        "turns": [asdict(turn) for turn in sample.turns],
        "regions": {slot: region_json.to_record(one) for slot, one in sample.regions.items()},
        "shapes": list(sample.marking.shapes),
    }


def _cards(arguments: argparse.Namespace) -> None:
    from deixis.data import datasets

    names = arguments.names or datasets.names()
    kinds = {name: datasets.get(name) for name in names}
    if arguments.json:
        records = {
            name: asdict(kind.card) | {"marking": asdict(kind.marking)}
            for name, kind in kinds.items()
        }
        print(json.dumps(records, ensure_ascii=False))
        return
    blocks = []
    for name, kind in kinds.items():
        lines = [f"{field}: {value}" for field, value in asdict(kind.card).items() if value]
        shapes = ", ".join(kind.marking.shapes)
        blocks.append("\n  ".join([name, *lines, f"shapes: {shapes}"]))
    print("\n\n".join(blocks))


def _convert(arguments: argparse.Namespace) -> None:
    from deixis.data.adapters import adapters, format_of, regions_of, write_regions

    to = arguments.to or SUFFIXES.get(arguments.out.suffix)
    if to is None:
        raise UsageError(
            f"say the format of {arguments.out} by --to: {', '.join(adapters.names())}"
        )
    adapters.get(to)
    given = arguments.given or format_of(arguments.path)
    bad: list[str] = []
    counts = {"pictures": 0, "regions": 0}

    def counted() -> Iterator["Annotated"]:
        on_bad = (lambda problem: bad.append(str(problem))) if arguments.skip_bad else None
        found = regions_of(arguments.path, format=given, images=arguments.images, on_bad=on_bad)
        for row in found:
            counts["pictures"] += 1
            counts["regions"] += len(row.regions)
            yield row

    losses = write_regions(counted(), arguments.out, format=to)
    if arguments.json:
        record = {"from": given, "to": to, "out": str(arguments.out), **counts}
        told = [asdict(loss) for loss in losses]
        print(json.dumps({**record, "losses": told, "bad": bad}, ensure_ascii=False))
        return
    print(
        f"{counts['regions']} regions of {counts['pictures']} pictures, {given} to {to}, "
        f"in {arguments.out}"
    )
    for loss in losses:
        print(f"  {loss}")
    if bad:
        print(f"{len(bad)} bad rows were left out, first: {bad[0]}")


def _formats(arguments: argparse.Namespace) -> None:
    from deixis.data.adapters import adapters

    cards = {name: adapters.get(name).card for name in adapters.names()}
    if arguments.json:
        print(json.dumps({name: asdict(card) for name, card in cards.items()}))
        return
    for name, card in cards.items():
        print(f"{name}: {card.title}")
        print(f"  {card.form}; {card.frame}")
        print(f"  holds {', '.join(card.kinds)}; {', '.join(card.words)}")


def _export(arguments: argparse.Namespace) -> None:
    from deixis.train.export import ROWS, ExportOptions, ExportProgress, export

    options = ExportOptions(
        profile=arguments.profile,
        seed=arguments.seed,
        epochs=arguments.epochs,
        limit=arguments.limit,
        skip_bad=arguments.skip_bad,
    )
    dataset = opened(arguments)
    done = ExportProgress()
    advance = row_progress(options.epochs * min(len(dataset), options.limit or len(dataset)))
    for done in export(dataset, arguments.out, options):
        advance(done.num_rows + len(done.bad), len(done.bad))
    rows = arguments.out / ROWS
    if arguments.json:
        print(json.dumps({"rows": done.num_rows, "file": str(rows), "bad": done.bad}))
        return
    print(f"{done.num_rows} rows in {rows}")
    if done.bad:
        print(f"{len(done.bad)} bad rows were left out, first: {done.bad[0]}")
