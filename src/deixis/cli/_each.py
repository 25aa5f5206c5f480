"""`deixis ask --each` asks about the regions of a whole folder of pictures, a row for each."""

import argparse
import json
import re
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deixis.cli._dry_run import print_model, print_sent, record_of
from deixis.cli.terminal import TerminalReporter
from deixis.core.errors import DeixisError, UsageError
from deixis.core.wording import counted

if TYPE_CHECKING:
    from deixis.batch.each import AskedEach
    from deixis.models.interface import Generation

AT_ONCE = 32
REGION = re.compile(r"\w+=[\w:=,.-]+\Z")  # no question
OF_FOLDERS = (
    *("regions_from", "format", "encoding", "rows_as", "sheet", "sheet_rows", "at_once"),
    *("crowds", "price", "budget", "runner", "workers", "fresh", "skip_bad"),
)
SPELT = {"regions_from": "regions", "rows_as": "as"}
ALONE = ("save", "replay", "stream", "cite")  # options about one answer


def add_each(parser: argparse.ArgumentParser) -> None:
    """Arguments ask about many pictures."""
    each = parser.add_argument_group(
        "a folder of pictures", 'ask --each photos/ --regions coco.json "Describe {it}." …'
    )
    each.add_argument("--each", metavar="FOLDER", help="ask about each picture in it")
    each.add_argument(
        "--regions",
        metavar="FILE|SOURCE",
        dest="regions_from",
        help="a file of regions, or what looks for them: detector:CHECKPOINT, rapidocr …",
    )
    each.add_argument("--format", metavar="NAME", help="of --regions, where it is not recognised")
    each.add_argument("--crowds", action="store_true", help="ask about COCO's crowds too")
    each.add_argument("--encoding", metavar="SPEC", help="said (default), cropped:0.5, drawn:arrow")
    each.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="the rows: .jsonl, .parquet; of one answer a picture: .png …",
    )
    each.add_argument(
        "--as", dest="rows_as", metavar="FORM", help="jsonl, parquet, coco, llava or sharegpt"
    )
    each.add_argument("--sheet", type=Path, metavar="FILE", help="an HTML page to look at")
    each.add_argument(
        "--sheet-rows", type=int, metavar="N", help="rows on it, errors first (default 1000)"
    )
    each.add_argument(
        "--at-once", type=int, metavar="N", help=f"calls under way at a time (default {AT_ONCE})"
    )
    each.add_argument("--price", metavar="in=…,out=…", help="of a million tokens, either way")
    each.add_argument(
        "--budget",
        metavar="calls=…|tokens=…|money=…",
        help="no more is spent, by all runs",
    )
    each.add_argument("--runner", metavar="NAME", help="pool or ray: several processes ask")
    each.add_argument("--workers", type=int, metavar="N", help="processes of a runner (default 2)")
    each.add_argument("--fresh", action="store_true", help="give up the answers of earlier runs")
    each.add_argument("--skip-bad", action="store_true", help="rows with errors are no failure")


def check_not_each(arguments: argparse.Namespace) -> None:
    """UsageError tells of an option that only a folder has."""
    for name in OF_FOLDERS:
        if getattr(arguments, name):
            option = SPELT.get(name, name).replace("_", "-")
            raise UsageError(f"--{option} is for a folder: give --each FOLDER")


def run_each(
    arguments: argparse.Namespace, loading: dict[str, Any], settings: "Generation"
) -> None:  # Any: see `dx.load`
    """Each region is asked about, and what came of it is printed."""
    for name in ALONE:
        if getattr(arguments, name):
            raise UsageError(f"--{name} is about one answer; leave it out with --each")
    words = (arguments.image, arguments.question, *arguments.regions)
    questions = [word for word in words if word is not None]
    for word in filter(REGION.match, questions):
        raise UsageError(f"the regions of a folder are those of --regions; leave out {word!r}")
    if not questions or arguments.out is None:
        raise UsageError('give a question, as "Describe {it}.", and --out rows.jsonl')
    from deixis.batch.each import ask_each

    looking = None if "knowledge" in loading else loading.pop("looking", None)
    asked = ask_each(
        arguments.each,
        questions,
        model=arguments.model,
        out=arguments.out,
        regions=arguments.regions_from,
        encoding=arguments.encoding or "said",
        format=arguments.format,
        crowds=arguments.crowds,
        rows_as=arguments.rows_as,
        sheet=arguments.sheet,
        sheet_rows=1000 if arguments.sheet_rows is None else arguments.sheet_rows,
        system=arguments.system,
        settings=settings,
        strict=arguments.strict,
        at_once=AT_ONCE if arguments.at_once is None else arguments.at_once,
        budget=arguments.budget,
        price=arguments.price,
        runner=arguments.runner,
        workers=2 if arguments.workers is None else arguments.workers,
        fresh=arguments.fresh,
        dry_run=arguments.dry_run,
        looking=looking,
        loading=loading,
        reporter=TerminalReporter(),
    )
    if arguments.dry_run:
        _print_dry(asked, settings.max_new_tokens, arguments.price, as_json=arguments.json)
        return
    print(json.dumps(_record(asked)) if arguments.json else _told(asked))
    if asked.is_over_budget:
        left = f"the budget is spent, and {asked.num_left} rows are left"
        print(f"deixis ask: {left}: give a larger one, and the same goes on", file=sys.stderr)
    if asked.num_errors and not arguments.skip_bad:
        more = asked.num_errors > len(asked.first_errors)
        raise DeixisError(
            f"{asked.num_errors} of {asked.num_rows} rows are errors; the same command asks them "
            "again, and --skip-bad takes them as they are"
            + "".join(f"\n  {error}" for error in asked.first_errors)
            + ("\n  …" if more else "")
        )


def _record(asked: "AskedEach") -> dict[str, object]:
    return {
        "out": str(asked.out),
        "pictures": asked.num_pictures,
        "rows": asked.num_rows,
        "errors": asked.num_errors,
        "left": asked.num_left,
        "crowds": asked.num_crowds,
        "calls": asked.calls,
        "usage": asdict(asked.usage),
        "price": asked.money,
    }


def _print_dry(asked: "AskedEach", most_tokens: int, price: str | None, *, as_json: bool) -> None:
    """How much would be asked, what it will take, why some of it cannot be, and the first rows."""
    most, expected = most_tokens * asked.num_left, _expected(asked, price)
    if as_json:
        first = [
            {
                "image": row.image,
                "id": row.id,
                "question": row.question,
                "sent": record_of(row.sent),
            }
            for row in asked.first
        ]
        told = {**_record(asked), "most_tokens_out": most, "expected": expected, "first": first}
        print(json.dumps(told, ensure_ascii=False))
        return
    crowds = f", {counted(asked.num_crowds, 'crowd')} left out" if asked.num_crowds else ""
    print(f"{counted(asked.num_rows, 'row')} of {counted(asked.num_pictures, 'picture')}{crowds}")
    if not asked.num_left:
        print("no call would be made")
    else:
        print(f"{counted(asked.num_left, 'call')} would be made: at most {most} tokens out")
        if expected:
            cost = f", price {expected['price']:.4g}" if "price" in expected else ""
            tokens = f"{expected['prompt']} tokens in, {expected['answer']} out"
            print(f"by the answers that were had: {tokens}{cost}")
    for row in asked.first[:1]:
        print_model(row.sent)
    for row in asked.first:
        print(f"{row.image} {row.id}".rstrip())
        print_sent(row.sent)
    if asked.num_errors:
        print(f"{counted(asked.num_errors, 'row')} cannot be asked:")
        print("\n".join(f"  {error}" for error in asked.first_errors))


def _expected(asked: "AskedEach", price: str | None) -> dict[str, float] | None:
    """Tokens of what is left, and their price, as far as earlier answers tell."""
    from deixis.batch.each import TokenPrice

    if asked.expected is None:
        return None
    cost = {} if price is None else {"price": TokenPrice.of(price).cost(asked.expected)}
    return {**asdict(asked.expected), **cost}


def _told(asked: "AskedEach") -> str:
    had = asked.num_rows - asked.num_left - asked.num_errors
    parts = [f"{asked.out}: {had} of {asked.num_rows} rows, {asked.num_pictures} pictures"]
    parts.append(f"{asked.calls} calls")
    if asked.usage.prompt or asked.usage.answer:
        parts.append(f"{asked.usage.prompt} tokens in, {asked.usage.answer} out")
    if asked.money:
        parts.append(f"price {asked.money:.4g}")
    if asked.num_crowds:
        parts.append(f"{counted(asked.num_crowds, 'crowd')} left out (--crowds)")
    return ", ".join(parts)
