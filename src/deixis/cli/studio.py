"""Open a page on which you draw regions, ask models side by side, and keep what they say.

  deixis studio                                            drop, paste or photograph a picture there
  deixis studio street.jpg --model nano                    ask the embedded model about it
  deixis studio street.jpg --model nano --model openai:gpt-5.2
  deixis studio photos/ --label cup --label plate          label the pictures of a folder
  deixis studio --config serving.toml                      models, limits and keys of deixis serve

It listens on this machine alone, and opens a window of your browser by a link that works once;
with --no-browser it prints the link. Pictures, questions and labels stay in --home, on this disk:
nothing is loaded from elsewhere, and nothing is sent but to the models that you ask.

For others, they need keys; each opens http://HOST:PORT/#link=KEY:

  deixis serve --new-key alice --keys keys.toml
  deixis studio photos/ --host 0.0.0.0 --keys keys.toml
"""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from deixis.cli.parsers import add_placing
from deixis.core.errors import UsageError

if TYPE_CHECKING:
    from deixis.serve.settings import Serving
    from deixis.studio.state import Studio


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis studio` takes these arguments."""
    parser.add_argument(
        "pictures", nargs="*", type=Path, metavar="PICTURE|FOLDER", help="what it opens with"
    )
    parser.add_argument(
        "--model",
        dest="models",
        action="append",
        default=[],
        metavar="MODEL",
        help="who can be asked: nano, a checkpoint, openai:MODEL@URL; several may be given",
    )
    parser.add_argument(
        "--label",
        dest="labels",
        action="append",
        default=[],
        metavar="NAME",
        help="a label for the folder's pictures; several may be given, and more in the page",
    )
    parser.add_argument(
        "--regions", type=Path, metavar="DIR", help="where theirs are kept (FOLDER/regions)"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings of deixis serve")
    parser.add_argument("--host", help="where it listens (127.0.0.1)")
    parser.add_argument("--port", type=int, help="its port (8010, or any that is free)")
    parser.add_argument("--keys", metavar="FILE", help="the keys of those who may use it")
    parser.add_argument("--home", type=Path, metavar="DIR", help="where it keeps what you do")
    parser.add_argument("--no-browser", action="store_true", help="print the link, open no window")
    add_placing(parser.add_argument_group("models that are loaded here"))
    parser.add_argument("--json", action="store_true", help="the link, as a JSON object")


def run(arguments: argparse.Namespace) -> None:
    """The studio runs until it is asked to stop."""
    from deixis.core.optional_parts import named_extras, require_package

    require_package("starlette", extra="studio", needed_for="deixis studio")
    with named_extras("deixis studio"):
        from deixis.studio.browser import open_window
        from deixis.studio.running import address_of, listening_at, running

        studio = _studio(arguments)
        listening = listening_at(studio.serving, or_any_port=arguments.port is None)
    url = address_of(studio.serving, listening)
    link = f"{url}/#link={studio.sessions.new_link()}"
    with running(studio, listening) as running_studio:
        is_shown = not arguments.no_browser and open_window(link)
        _tell(arguments, url, link, is_shown=is_shown)
        running_studio.wait()


def _tell(arguments: argparse.Namespace, url: str, link: str, *, is_shown: bool) -> None:
    if arguments.json:
        print(json.dumps({"url": url, "link": link}), flush=True)
    elif is_shown:
        print(f"the studio is at {url}, in your browser; Ctrl-C ends it", file=sys.stderr)
    else:
        print(f"open {link}\nIt works once. Ctrl-C ends the studio.", file=sys.stderr)


def _studio(arguments: argparse.Namespace) -> "Studio":
    from deixis.studio.home import Home, home_folder
    from deixis.studio.state import Studio

    pictures, folder = _given(arguments.pictures)
    if folder is None and (arguments.labels or arguments.regions):
        raise UsageError("--label and --regions are for a folder of pictures: name one")
    home = Home.made(arguments.home or home_folder())
    entry = "studio.html" if folder is None else "label.html"
    studio = Studio(home, _serving(arguments), folder=folder, entry=entry)
    studio.given.extend(pictures)
    studio.labels.extend(arguments.labels)
    studio.kept_in = arguments.regions
    return studio


def _given(paths: list[Path]) -> tuple[list[Path], Path | None]:
    """The pictures that were named, and the folder."""
    places = [path.expanduser() for path in paths]
    for place in places:
        if not place.exists():
            raise UsageError(f"there is no {place}")
    folders = [place for place in places if place.is_dir()]
    if len(folders) > 1:
        raise UsageError(f"one folder is labelled at a time, got {len(folders)}")
    return [place for place in places if place.is_file()], folders[0] if folders else None


def _serving(arguments: argparse.Namespace) -> "Serving":
    from deixis.serve.settings import read_settings
    from deixis.studio.state import SERVING

    serving = SERVING if arguments.config is None else read_settings(arguments.config)
    told = {name: getattr(arguments, name) for name in ("host", "port", "keys")}
    given = {name: value for name, value in told.items() if value is not None}
    serving = replace(serving, server=replace(serving.server, **given))
    return serving.with_models(arguments.models)
