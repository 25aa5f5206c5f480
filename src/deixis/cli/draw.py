"""Draw marks on a picture, so that a model sees what you mean.

  deixis draw street.jpg cup=box:412,300,520,411 -o out.png
  deixis draw street.jpg cup=box:412,300,520,411 --shape ellipse --color blue --width 4 -o out.png
  deixis draw street.jpg cup=box:412,300,520,411 dog=point:88,240 --shape mask,arrow -o out.png
  deixis draw street.jpg cup=arrow:color=blue:box:412,300,520,411 dog=mask:point:88,240 -o a.jpg
  deixis draw street.jpg cup=box:412,300,520,411 --style release --seed 7 -o out.png
  deixis draw street.jpg cup=box:412,300,520,411 --for Qwen/Qwen3-VL-8B-Instruct -o out.png
  deixis draw street.jpg cup=box:412,300,520,411 dog=point:88,240 --tags A -o out.png
  deixis draw street.jpg cup=box:412,300,520,411 --sheet -o sheet.png

Prints the words that go with each mark: put them in your question. Without --color, each mark gets
the colour that stands out most on the picture, no two called alike; where there are more regions
than names of colours, they get numbered tags. --style plain draws half transparent, in red first;
paper or release draws by lot what you do not give: shapes, colours, widths and bends as ViP-LLaVA's
paper or its released code does; the same seed gives the same bytes on every machine. --for MODEL
makes marks of the style that the model was taught wider, then stronger, until the model can see
them after its own resizing, and prints what is left of them there. --sheet shows every shape side
by side instead. --tags outlines each region and sets a number (1) or letter (A) beside it, on free
ground.

Shapes: arrow, contour, ellipse, mask, point, rectangle, scribble, triangle. Colours: red, lime,
blue, yellow, fuchsia, aqua, orange, purple, gold, green, magenta, cyan, white, or #rrggbb.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deixis.cli._pictures import PICTURE, add_opening, check_out, open_picture, write_picture
from deixis.cli._regions import ENCODED, FORMS, given_regions
from deixis.cli.parsers import add_placing
from deixis.core.errors import UsageError

if TYPE_CHECKING:
    from deixis.ask.mark_visibility import Survival
    from deixis.core.image import Image
    from deixis.core.region import Region
    from deixis.marks.mark import Mark
    from deixis.models.interface import VisionLanguageModel

PROFILES = ("clear", "plain", "paper", "release")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis draw` takes these arguments."""
    parser.epilog = f"{FORMS}{ENCODED}"
    parser.add_argument("image", help=PICTURE)
    parser.add_argument(
        "regions",
        nargs="+",
        metavar="NAME=[MARK[:SETTINGS]:]SHAPE:NUMBERS",
        help="box:412,300,520,411 in pixels of the picture, under a name of your own",
    )
    parser.add_argument("-o", "--out", type=Path, required=True, help="what to write: .png, .jpg …")
    add_opening(parser)
    parser.add_argument("--shape", help="one, or one for each region: rectangle,arrow")
    parser.add_argument("--color", help="likewise; by default colours tell them apart")
    parser.add_argument("--alpha", type=int, help="opacity, 0..255; below 255 without a casing")
    parser.add_argument("--width", type=int, help="of lines, in pixels of a 336-pixel picture")
    parser.add_argument(
        "--style", choices=PROFILES, help="how marks look (default clear, or as MODEL was taught)"
    )
    parser.add_argument("--seed", type=int, default=0, help="for paper and release (default 0)")
    parser.add_argument("--for", dest="model", metavar="MODEL", help="make marks that it can see")
    add_placing(parser)
    parser.add_argument("--tags", choices=("1", "A"), help="outlines with numbers or letters")
    parser.add_argument("--sheet", action="store_true", help="a contact sheet of all shapes")
    parser.add_argument("--json", action="store_true", help="one JSON object, with the marks")


def run(arguments: argparse.Namespace) -> None:
    """The marks are drawn and written, and each mark's words printed."""
    from deixis.cli._draw_choices import chosen_marks, chosen_style, has_names_for, thickened_for
    from deixis.marks.render import draw
    from deixis.marks.sheet import contact_sheet

    check_out(arguments.out)
    given = given_regions(arguments.regions)
    image = open_picture(arguments.image, arguments)
    regions = [one.region(image.size, label=one.name) for one in given]
    names = [one.name for one in given]
    vlm = None if arguments.model is None else _model(arguments.model)
    if arguments.style is None:
        arguments.style = (None if vlm is None else vlm.taught_marks) or "clear"
    has_own = any(one.encoding for one in given)
    if arguments.tags is None and not has_own and not has_names_for(arguments, len(regions)):
        arguments.tags = "1"
    if arguments.sheet:
        sheet = contact_sheet(image, regions, chosen_style(arguments, None))
        write_picture(sheet, arguments.out)
        _print(arguments, [], [])
        return
    if arguments.tags is not None:
        for one in given:
            one.plain("draw --tags")
        _draw_tags(arguments, image, names, regions)
        return
    own = {place: one.drawn(regions[place]) for place, one in enumerate(given) if one.encoding}
    marks = chosen_marks(arguments, image, regions, own)
    left = []
    if vlm is not None:
        left = thickened_for(vlm, image, marks)
        marks = [survival.mark for survival in left]
    write_picture(draw(image, marks), arguments.out)
    _print(arguments, names, marks, left)


def _model(name: str) -> "VisionLanguageModel":
    from deixis.models.load_by_name import load

    return load(name)


def _draw_tags(
    arguments: argparse.Namespace, image: "Image", names: Sequence[str], regions: "Sequence[Region]"
) -> None:
    from deixis.marks.tag import TAG_VERSION, lettered, numbered
    from deixis.marks.tagging import draw_tagged

    given = (arguments.shape, arguments.color, arguments.alpha, arguments.width, arguments.model)
    if arguments.style not in ("clear", "plain") or any(value is not None for value in given):
        raise UsageError("--tags draws outlines of its own; leave out shapes, styles and --for")
    texts = (numbered if arguments.tags == "1" else lettered)(len(regions))
    write_picture(draw_tagged(image, list(zip(texts, regions, strict=True))), arguments.out)
    said = [f"the object marked {text}" for text in texts]
    if arguments.json:
        tags = [{"name": n, "phrase": s} for n, s in zip(names, said, strict=True)]
        record = {"out": str(arguments.out), "renderer": TAG_VERSION, "tags": tags}
        print(json.dumps(record, ensure_ascii=False))
        return
    for name, words in zip(names, said, strict=True):
        print(f"{name}: {words}")
    print(arguments.out)


def _print(
    arguments: argparse.Namespace,
    names: Sequence[str],
    marks: "Sequence[Mark]",
    left: "Sequence[Survival]" = (),
) -> None:
    from deixis.marks.mark_json import to_record
    from deixis.marks.render import VERSION

    if arguments.json:
        listed: list[dict[str, Any]] = [
            {"name": name, "phrase": mark.phrase, "mark": to_record(mark)}
            for name, mark in zip(names, marks, strict=True)
        ]
        for entry, one in zip(listed, left, strict=False):
            entry["left"] = {
                "width": one.width,
                "contrast": one.contrast,
                "visible": one.visible,
                "losses": list(one.losses),
            }
        record = {"out": str(arguments.out), "renderer": VERSION, "marks": listed}
        print(json.dumps(record, ensure_ascii=False))
        return
    for name, mark in zip(names, marks, strict=True):
        print(f"{name}: the object {mark.phrase}")
    for name, one in zip(names, left, strict=False):
        style = one.mark.style
        width = "" if style.width is None else f"width {style.width}, "
        print(f"{name}: {width}alpha {one.mark.alpha}; in {arguments.model}: {one.told}")
        for loss in one.losses:
            print(f"{name}: {loss}")
    print(arguments.out)
