"""`deixis lab art`: the things' drawings, fetched and drawn once."""

import argparse
import json

ABOUT = """\
Fetch the drawings of all things from npm, and draw them once.

  deixis lab art
  deixis lab art --processes 4 --json

Twelve openly licensed sets of emoji (30 MB) become 5 GB of pixels in ~/.cache/deixis/art, or in
$DEIXIS_CACHE, with credits beside them. It takes some minutes. Stopped or killed, the same command
goes on; once it is done, nothing is done. Packages are held to their checksums, and what is drawn
to the digest of resvg-py's pinned version.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What `deixis lab art` takes."""
    parser.add_argument("--processes", type=int, metavar="N", help="at once (default: all cores)")
    parser.add_argument(
        "--any-renderer",
        action="store_true",
        help="keep what another version of resvg-py draws, though the pixels are not the pinned",
    )
    parser.set_defaults(do=run)


def run(arguments: argparse.Namespace) -> None:
    """Fetch, draw, and say where it lies."""
    from deixis.cli.terminal import TerminalReporter
    from deixis.core.errors import UsageError
    from deixis_lab.things.art import WHOLE, open_art
    from deixis_lab.things.build import build_art

    if arguments.processes is not None and arguments.processes < 1:
        raise UsageError(f"--processes is at least 1, got {arguments.processes}")
    folder = build_art(
        TerminalReporter(),
        processes=arguments.processes,
        any_renderer=arguments.any_renderer,
    )
    art = open_art(WHOLE)
    if arguments.json:
        record = {"art": str(folder), "drawings": len(art.drawings), "digest": art.digest}
        print(json.dumps(record))
    else:
        print(f"{len(art.drawings)} drawings of {len(art.by_name)} things are in {folder}.")
