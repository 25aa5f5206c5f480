"""What regions does this answer mean?

  deixis read '{"bbox_2d": [64, 63, 81, 86]}' --size 640x480 --dialect qwen3_vl
  some-model | deixis read - --size 640x480 --dialect gemini --json
  some-model | deixis read - --size 640x480 --contract qwen2.5vl:7b
  deixis read '<box>100 200 300 400</box>' --size 640x480

A line per region, in pixels of the picture. Whatever could be a place and is none in this dialect
is said on standard error, with the reason. --contract reads as the model of that name writes, what
its provider did to the picture undone. Without either nothing is chosen: the dialects that could
have written the answer are listed, with what it would mean in each.
"""

import argparse
import io
import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from deixis.cli._dialects import add_contract, chosen
from deixis.cli._regions import size_of

if TYPE_CHECKING:
    from deixis.coordinates import Reading
    from deixis.core.region import Region
    from deixis.core.size import Size


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command has these arguments."""
    parser.add_argument("text", help="the answer, or - for standard input")
    parser.add_argument("--size", required=True, help="WIDTHxHEIGHT of the picture that was sent")
    parser.add_argument("--dialect", help="how the answer writes coordinates; none: compare all")
    add_contract(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> None:
    """The regions that were read are printed, or what they would be in every dialect."""
    text = _piped() if arguments.text == "-" else arguments.text
    size = size_of(arguments.size)
    dialect = chosen(arguments)
    if dialect is None:
        _compare(text, size, as_json=arguments.json)
    else:
        _print(dialect.read(text, size), as_json=arguments.json)


def _print(reading: "Reading", *, as_json: bool) -> None:
    from deixis.core import region_json

    if as_json:
        record = {
            "regions": [region_json.to_record(region) for region in reading.regions],
            "places": [{"start": place.start, "end": place.end} for place in reading.places],
            "unread": [asdict(piece) for piece in reading.unread],
        }
        print(json.dumps(record, ensure_ascii=False))
        return
    for region in reading.regions:
        print(region_json.dumps(region))
    for piece in reading.unread:
        print(f"unread: {piece}", file=sys.stderr)


def _compare(text: str, size: "Size", *, as_json: bool) -> None:
    from deixis.coordinates.comparing import meanings, readings
    from deixis.core import region_json

    found = meanings(text, size)
    if as_json:
        told = [
            {
                "dialects": list(meaning.dialects),
                "regions": [region_json.to_record(region) for region in meaning.regions],
            }
            for meaning in found
        ]
        print(json.dumps({"meanings": told}, ensure_ascii=False))
        return
    for meaning in found:
        print(f"{', '.join(meaning.dialects)}:")
        for region in meaning.regions:
            print(f"  {_short(region)}")
    if found:
        if len(found) > 1:
            print("which is meant? choose with --dialect NAME", file=sys.stderr)
        return
    reasons = {str(piece) for reading in readings(text, size).values() for piece in reading.unread}
    if not reasons:
        print("no place is told here, in any dialect", file=sys.stderr)
    for reason in sorted(reasons)[:5]:
        print(f"unread in every dialect: {reason}", file=sys.stderr)


def _short(region: "Region") -> str:
    """A region in a few words: its kind, its box, its label."""
    numbers = region.box().xyxy if region.kind != "point" else region.box().xyxy[:2]
    label = "" if region.label is None else f" {region.label!r}"
    return f"{region.kind} {', '.join(f'{number:.4g}' for number in numbers)}{label}"


def _piped() -> str:
    """Standard input is read; bytes that are no text become U+FFFD, as in every answer."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    return sys.stdin.read()
