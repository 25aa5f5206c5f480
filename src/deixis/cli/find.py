"""Find a thing in a picture: its place in pixels of the original, and where to click.

  deixis find shot.png "the Save button" --model MODEL
  deixis find shot.png "the Save button" --model MODEL --refine 2 --scale 2 --out trace.png
  deixis find street.jpg cup --model MODEL --kind box --many --json
  deixis find --prompts

The model is asked in its own best words (--prompts lists them) and its answer is mapped back to the
original. --refine looks again in crops around the answer, a call each, until the place is stable;
where a crop contradicts the first answer, that stands and standard error says so. --scale is how
many pixels of a screenshot a logical pixel of the screen has. That nothing was found is said on
standard error, and as "why" in the JSON.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli._pictures import PICTURE, add_opening, check_out, open_picture, write_picture
from deixis.cli.parsers import add_loading, add_speaking, closed_after, loading_options
from deixis.cli.terminal import say_loading, weights_shown
from deixis.core.errors import UsageError

if TYPE_CHECKING:
    from deixis.ask.found import Found
    from deixis.core.region import Region
    from deixis.core.shapes import Point


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis find` takes these arguments."""
    parser.add_argument("image", nargs="?", help=PICTURE)
    parser.add_argument("what", nargs="?", help='what to find: "the Save button"')
    parser.add_argument("--model", help="the model to ask")
    parser.add_argument("--kind", choices=("point", "box"), default="point", help="what to ask for")
    parser.add_argument("--many", action="store_true", help="all of them, each once")
    parser.add_argument(
        "--refine", type=int, default=0, metavar="N", help="look nearer so many times at most"
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, metavar="S", help="pixels of the picture a logical one"
    )
    parser.add_argument("--prompt", metavar="WORDS", help="ask in these words, {what} in them")
    parser.add_argument("--prompt-file", metavar="FILE", help="a table of words, by dialects")
    parser.add_argument("--prompts", action="store_true", help="list the words, ask nothing")
    add_speaking(parser)
    parser.add_argument("--max-new-tokens", type=int, metavar="N", help="limit of each answer")
    add_opening(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="draw every look: .png, .jpg …")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    add_loading(parser)


def run(arguments: argparse.Namespace) -> None:
    """The thing is looked for, and what was found is printed."""
    if arguments.prompts:
        _list_prompts(arguments)
        return
    for name, what in (("image", "a picture"), ("what", "what to find"), ("model", "--model")):
        if getattr(arguments, name) is None:
            raise UsageError(
                f'give {what}: deixis find shot.png "the Save button" --model MODEL '
                "(--prompts lists the words that models are asked in)"
            )
    check_out(arguments.out, needs_folder=True)
    found = _found(arguments)
    if arguments.out is not None:
        write_picture(found.picture(), arguments.out)
    if arguments.json:
        print(json.dumps(found.record(), ensure_ascii=False))
        return
    _print(found)


def _found(arguments: argparse.Namespace) -> "Found":
    from deixis.ask.loading import load
    from deixis.models.interface import Generation

    # the picture before the model, which may take minutes
    image = open_picture(arguments.image, arguments)
    given = loading_options(arguments)
    longest = arguments.max_new_tokens
    say_loading(arguments.model)
    spoken = {"dialect": arguments.dialect, "contract": arguments.contract}
    with weights_shown(arguments.model):
        model = load(arguments.model, **spoken, **given)
    with closed_after(model):
        return model.find(
            image,
            arguments.what,
            kind=arguments.kind,
            many=arguments.many,
            refine=arguments.refine,
            scale=arguments.scale,
            prompt=arguments.prompt,
            prompts=arguments.prompt_file,
            settings=None if longest is None else Generation(max_new_tokens=longest),
        )


def _print(found: "Found") -> None:
    """A line for each region: where to click, and the region as commands take it."""
    for region, point, logical in zip(
        found.regions, found.points, found.logical_points, strict=True
    ):
        where = _spoken(point)
        if found.scale != 1:
            where = f"{_spoken(logical)} on the screen, {where} in the picture"
        print(f"click {where}  {_region(region)}  {region.label}")
    if found.why:
        print(f"deixis find: nothing was found: {found.why}", file=sys.stderr)
    for look in found.trace[1:]:
        if look.why:
            print(f"deixis find: the first answer stands; a crop: {look.why}", file=sys.stderr)


def _region(region: "Region") -> str:
    if region.kind == "point":
        point = region.centre()
        return f"point:{point.x:g},{point.y:g}"
    return "box:" + ",".join(f"{edge:g}" for edge in region.box().xyxy)


def _spoken(point: "Point") -> str:
    return f"{point.x:.10g},{point.y:.10g}"


def _list_prompts(arguments: argparse.Namespace) -> None:
    """The words of every dialect, those of a file first."""
    from dataclasses import asdict

    from deixis.ask.find_prompts import find_prompts, load_find_prompts

    own = () if arguments.prompt_file is None else load_find_prompts(arguments.prompt_file)
    known = (*own, *find_prompts())
    rows = [row for row in known if arguments.dialect in (None, row.dialect)]
    if arguments.json:
        print(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
        return
    for row in rows:
        print(f"{row.dialect} {row.kind}: {row.one}")
        if row.many != row.one:
            print(f"  many: {row.many}")
        print(f"  source: {row.source}" + (f" ({row.date})" if row.date else ""))
