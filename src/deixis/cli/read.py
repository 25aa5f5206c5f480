"""Read the regions in a model's answer.

  deixis read '{"bbox_2d": [64, 63, 81, 86]}' --size 640x480 --dialect qwen3_vl
  some-model | deixis read - --size 640x480 --dialect gemini --json

Prints one region's JSON a line, in pixels of the picture; what looks like coordinates but could
not be read goes to standard error.
"""

import argparse
import io
import json
import sys

from deixis.cli._regions import size_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis read` takes these arguments."""
    parser.add_argument("text", help="the answer, or - for standard input")
    parser.add_argument("--size", required=True, help="WIDTHxHEIGHT of the picture that was sent")
    parser.add_argument("--dialect", required=True, help="how the answer writes coordinates")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> None:
    """The regions that were read are printed."""
    from deixis.coordinates import dialects
    from deixis.core import region_json

    dialect = dialects.get(arguments.dialect)()
    text = _piped() if arguments.text == "-" else arguments.text
    reading = dialect.read(text, size_of(arguments.size))
    if arguments.json:
        regions = [region_json.to_record(region) for region in reading.regions]
        print(json.dumps({"regions": regions, "unread": list(reading.unread)}, ensure_ascii=False))
        return
    for region in reading.regions:
        print(region_json.dumps(region))
    for piece in reading.unread:
        print(f"unread: {piece}", file=sys.stderr)


def _piped() -> str:
    """Standard input is read; bytes that are no text become U+FFFD, as in every answer."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    return sys.stdin.read()
