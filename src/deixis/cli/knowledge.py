"""Look at whole data sets once, keep what was found, and teach models to use it.

  deixis knowledge extract photos/ --source rapidocr --out notes --workers 2
  deixis knowledge extract llava.json --images coco/ --source panoptic:CHECKPOINT --out notes
  deixis knowledge stats notes --out stats.png
  deixis knowledge show notes photos/sign.jpg --out notes.png

Killed or stopped, the same extract goes on where it was. A store is found again by the pictures'
content: `--source store:notes` stands wherever a source does. docs/knowledge.md has the rest.

Every part has its own --help, and --json.
"""

import argparse
import json
import time
from pathlib import Path

from deixis.cli._data_source import row_progress
from deixis.cli._notes import (
    SOURCES,
    add_looking,
    draw_notes,
    notes_table,
    source_names,
    source_options,
)
from deixis.cli._pictures import PICTURE, add_opening, check_out, open_picture
from deixis.cli.parsers import add_part
from deixis.cli.terminal import printable
from deixis.core.errors import DeixisError
from deixis.core.files import make_folder, write_bytes

SHOWN = 20  # pictures that failed, and labels, that are listed
EXTRACT = """\
Look at every picture of a folder, or of a file of rows, and keep what was found.

The store is made of Parquet shards of 64 pictures, each written whole or not at all; its manifest,
with all hashes, comes last. The same command goes on after a kill, adds pictures that are new, and
tries again those that failed. Pictures that cannot be read are listed; the exit code is then 1,
unless --skip-bad.
"""
STATS = "Count what a store holds: labels, lengths of texts, notes a picture, how much they cover."
SHOW = "Print what a store knows of one picture; --out draws it."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis knowledge` takes these arguments."""
    parts = parser.add_subparsers(dest="part", metavar="PART", required=True)
    _add_extract(add_part(parts, "extract", "notes on every picture", EXTRACT))
    stats = add_part(parts, "stats", "what a store holds", STATS)
    stats.add_argument("store", type=Path, metavar="STORE", help="what extract wrote")
    stats.add_argument("-o", "--out", type=Path, metavar="FILE", help="write plots to this PNG")
    stats.set_defaults(do=_stats)
    show = add_part(parts, "show", "what a store knows of a picture", SHOW)
    show.add_argument("store", type=Path, metavar="STORE", help="what extract wrote")
    show.add_argument("image", help=PICTURE)
    show.add_argument("-o", "--out", type=Path, metavar="FILE", help="draws the notes")
    add_opening(show)
    show.set_defaults(do=_show)


def run(arguments: argparse.Namespace) -> None:
    """The chosen part runs."""
    arguments.do(arguments)


def _add_extract(parser: argparse.ArgumentParser) -> None:
    parser.epilog = SOURCES
    parser.add_argument(
        "path", type=Path, metavar="FOLDER|FILE", help="pictures, or a file of rows about them"
    )
    parser.add_argument(
        "--images", type=Path, metavar="FOLDER", help="folder of the rows' pictures"
    )
    parser.add_argument(
        "--format",
        default="llava",
        metavar="NAME",
        help="format of the rows (default llava; `data cards`)",
    )
    add_looking(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="STORE", help="store to write")
    parser.add_argument("--workers", type=int, default=1, help="processes at once (default 1)")
    parser.add_argument(
        "--runner", default="pool", metavar="NAME", help="pool, or ray with deixis[ray]"
    )
    parser.add_argument("--skip-bad", action="store_true", help="exit 0 even if pictures failed")
    parser.set_defaults(do=_extract)


def _extract(arguments: argparse.Namespace) -> None:
    from deixis.batch.extract import Extracted, ExtractOptions, extract
    from deixis.batch.plan import pictures_of
    from deixis.batch.runners import runner

    options = ExtractOptions(sources=source_names(arguments), options=source_options(arguments))
    workers = runner(arguments.runner, arguments.workers)
    pictures = pictures_of(arguments.path, images=arguments.images, form=arguments.format)
    begun, before, advance = time.monotonic(), 0, None
    done = Extracted(num_pictures=0, num_done=0, num_notes=0, failed=())
    for done in extract(pictures, arguments.out, options, workers):
        if advance is None:
            before = done.num_done
            advance = row_progress(max(done.num_pictures - before, 1))
        advance(done.num_done - before, len(done.failed))
    failed = [*pictures.bad, *(f"{one.name}: {one.reason}" for one in done.failed)]
    if arguments.json:
        record = {
            "store": str(arguments.out),
            "pictures": done.num_pictures,
            "new": done.num_done - before,
            "notes": done.num_notes,
            "seconds": round(time.monotonic() - begun, 3),
            "failed": failed,
        }
        print(json.dumps(record, ensure_ascii=False))
    else:
        for line in failed[:SHOWN]:
            print(printable(line))
        if len(failed) > SHOWN:
            print(f"… and {len(failed) - SHOWN} more (--json lists all)")
        print(f"{done.num_notes} notes on {done.num_pictures - len(done.failed)} pictures")
    if failed and not arguments.skip_bad:
        raise DeixisError(f"{len(failed)} pictures failed; the others are in {arguments.out}")


def _stats(arguments: argparse.Namespace) -> None:
    from deixis.knowledge.stats import note_stats, stats_png
    from deixis.sources.note_store import KnowledgeStore

    stats = note_stats(KnowledgeStore.open(arguments.store).rows())
    if arguments.out is not None:
        make_folder(arguments.out.parent)
        write_bytes(arguments.out, stats_png(stats))
    if arguments.json:
        print(json.dumps(stats.record(), ensure_ascii=False))
        return
    print(f"{stats.num_notes} notes on {stats.num_pictures} pictures; {stats.num_failed} failed")
    print(f"covered: {100 * stats.mean_coverage:.1f} % of a picture in the mean")
    texts = sum(stats.text_lengths.values())
    letters = sum(length * count for length, count in stats.text_lengths.items())
    print(
        f"texts: {texts}" + (f" of {letters / texts:.1f} characters in the mean" if texts else "")
    )
    for label, count in stats.labels.most_common(SHOWN):
        print(f"{count:>8}  {printable(label)}")
    if len(stats.labels) > SHOWN:
        print(f"… and {len(stats.labels) - SHOWN} labels more (--json lists all)")
    if arguments.out is not None:
        print(arguments.out)


def _show(arguments: argparse.Namespace) -> None:
    from deixis.core import region_json
    from deixis.sources.note_store import KnowledgeStore

    check_out(arguments.out)
    image = open_picture(arguments.image, arguments)
    notes = KnowledgeStore.open(arguments.store).notes(image)
    if arguments.out is not None:
        draw_notes(image, notes, arguments.out)
    if arguments.json:
        records = [region_json.to_record(note) for note in notes]
        print(json.dumps({"image": arguments.image, "notes": records}, ensure_ascii=False))
        return
    print(notes_table(notes) if notes else "nothing is known of it")
