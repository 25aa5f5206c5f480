"""Say regions in the coordinates of every model family.

  deixis say --size 640x480 cup=box:412,300,520,411
  deixis say street.jpg cup=box:412,300,520,411 dog=point:88,240 --dialect gemini
  deixis say street.jpg cup=box:412,300,520,411 --contract qwen2.5vl:7b

A region of a kind that a dialect lacks is said as its box, or as its centre.
"""

import argparse
import json
from typing import TYPE_CHECKING

from deixis.cli._dialects import add_contract, chosen
from deixis.cli._pictures import PICTURE, add_opening, open_picture
from deixis.cli._regions import FORMS, given_regions, size_of
from deixis.cli.terminal import table
from deixis.core.errors import UsageError

if TYPE_CHECKING:
    from deixis.core.size import Size


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis say` takes these arguments."""
    parser.epilog = FORMS
    parser.add_argument("image", nargs="?", help=f"{PICTURE}, for its size")
    parser.add_argument(
        "regions",
        nargs="*",
        metavar="NAME=SHAPE:NUMBERS",
        help="box:412,300,520,411 in pixels of the picture, under a name of your own",
    )
    parser.add_argument("--size", help="the picture's WIDTHxHEIGHT, instead of a file")
    parser.add_argument("--dialect", help="only this one; its words are then printed alone")
    add_contract(parser)
    add_opening(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object")


def run(arguments: argparse.Namespace) -> None:
    """Each dialect is printed on a line."""
    from deixis.coordinates import dialects

    specs = list(arguments.regions)
    image = arguments.image
    if image is not None and arguments.size is not None:
        specs.insert(0, image)
        image = None
    given = given_regions(specs)
    if not given:
        raise UsageError(f"no region is given\n\n{FORMS}")
    for one in given:
        one.plain("say")
    size = _size(image, arguments)
    regions = [one.region(size, label=one.name) for one in given]
    only = chosen(arguments)
    names = [arguments.dialect or arguments.contract] if only else dialects.names()
    said = {name: (only or dialects.get(name)()).say(regions, size) for name in names}
    if arguments.json:
        print(json.dumps({"size": [size.width, size.height], "said": said}, ensure_ascii=False))
    elif only is not None:
        print(said[names[0]])
    else:
        rows = [(name, said[name], dialects.get(name).summary) for name in names]
        print(table(("dialect", "said", "form"), rows))


def _size(image: str | None, arguments: argparse.Namespace) -> "Size":
    if arguments.size is not None:
        return size_of(arguments.size)
    if image is None:
        raise UsageError("give a picture, or its size as --size 640x480")
    return open_picture(image, arguments).size
