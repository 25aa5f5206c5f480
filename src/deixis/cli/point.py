"""Have a person point: a window opens, they draw, and the regions come back.

  deixis point shot.png                                    draw, and press Enter
  deixis point shot.png --ask "the button that fails" --tools box,arrow
  deixis point shot.png --out marked.png --json            for programs: one JSON object
  deixis point --screen                                    on a picture of the screen, as it is now

On standard output come the regions as JSON, the path of the marked picture, and a line for each
mark ("1: red arrow, cup"), which you can paste into a question. Exit code 3: the person left (Esc,
or the window was closed). Where no window can be opened, as over ssh, the link is printed: forward
its port, and open it.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli._pictures import PICTURE, PIPED, check_out
from deixis.core.errors import UsageError

if TYPE_CHECKING:
    from deixis.studio.point_window import PointedPicture
    from deixis.studio.pointed import MarkedPicture

LEFT = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis point` takes these arguments."""
    parser.add_argument("picture", nargs="?", metavar="PICTURE", help=PICTURE)
    parser.add_argument("--screen", action="store_true", help="a picture of the screen instead")
    parser.add_argument("--ask", default="", metavar="WORDS", help="what to point at, in words")
    parser.add_argument(
        "--tools",
        metavar="NAMES",
        help="those that the person has, as box,arrow (all: box, point, ellipse, polygon, lasso, "
        "scribble, brush, arrow)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        help="where the marked picture goes (a file of its own in the system's folder for such)",
    )
    parser.add_argument("--no-browser", action="store_true", help="print the link, open no window")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object: regions, marked picture and legend"
    )


def run(arguments: argparse.Namespace) -> None:
    """A window is opened, and what the person drew is printed; exit code 3 where they left."""
    from deixis.core.optional_parts import named_extras, require_package
    from deixis.studio.point_given import checked_tools

    require_package("starlette", extra="studio", needed_for="deixis point")
    check_out(arguments.out)
    tools = checked_tools(
        [one.strip() for one in (arguments.tools or "").split(",") if one.strip()]
    )
    name, data = _picture(arguments)
    with named_extras("deixis point"):
        from deixis.studio.point_window import pointed_in

        with pointed_in(
            data,
            name=name,
            what=arguments.ask,
            tools=tools,
            opens_window=not arguments.no_browser,
            tell=_tell,
        ) as found:
            if found is None:
                print("deixis point: the person left", file=sys.stderr)
                raise SystemExit(LEFT)
            _hand_over(arguments, found, name)


def _tell(link: str, is_shown: bool) -> None:
    words = "a window is opened" if is_shown else f"open {link}\nIt works once"
    print(f"{words}; draw, then press Enter there. Ctrl-C ends the wait.", file=sys.stderr)


def _picture(arguments: argparse.Namespace) -> tuple[str, bytes]:
    """The picture's name and file."""
    from deixis.core.picture_headers import read_file
    from deixis.studio.point_given import file_bytes

    if arguments.screen:
        if arguments.picture is not None:
            raise UsageError("give a picture, or --screen, not both")
        from deixis.studio.screen import screenshot

        return "screen.png", screenshot()
    if arguments.picture is None:
        raise UsageError("say on which picture: deixis point shot.png, or --screen")
    if arguments.picture != PIPED:
        place = Path(arguments.picture).expanduser()
        return place.name, file_bytes(place)
    if sys.stdin.isatty():
        raise UsageError("the picture - comes on standard input: deixis point - < picture.jpg")
    data = sys.stdin.buffer.read()
    read_file(data)
    return "picture.png", data


def _hand_over(arguments: argparse.Namespace, found: "PointedPicture", name: str) -> None:
    """The marked picture is written, and all of it printed."""
    from deixis.studio.pointed import marked

    made = marked(found.image, found.drawing)
    place = _written(made, arguments.out, name)
    regions = {name: one.record() for name, one in found.drawing.items()}
    if arguments.json:
        legend = [
            {"number": one.number, "name": one.name, "mark": one.mark, "phrase": one.phrase}
            for one in made.legend
        ]
        size = [found.image.size.width, found.image.size.height]
        record = {"regions": regions, "size": size, "marked": str(place), "legend": legend}
        print(json.dumps(record, ensure_ascii=False), flush=True)
        return
    print(json.dumps(regions, ensure_ascii=False))
    print(place)
    print(*made.legend, sep="\n", flush=True)


def _written(made: "MarkedPicture", out: Path | None, name: str) -> Path:
    """The file of the marked picture; PNG and JPEG are written quickly, not small."""
    from deixis.cli._pictures import write_picture
    from deixis.core.files import make_folder, write_bytes
    from deixis.studio.keep_job import file_of

    if out is None:
        stem = Path(name).stem or "picture"
        suffix = ".jpg" if Path(name).suffix.lower() in (".jpg", ".jpeg", ".heic") else ".png"
        out = Path(tempfile.mkdtemp(prefix="deixis-")) / f"{stem}-marked{suffix}"
    if out.suffix.lower() not in (".png", ".jpg"):
        write_picture(made.image, out)
        return out
    make_folder(out.parent)
    write_bytes(out, file_of(made.image.pil(), out.suffix.lower()))
    return out
