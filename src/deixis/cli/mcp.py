"""Give agents tools that point, find, ask, draw, say and read, over MCP.

  deixis mcp                                               draw, say and read, in this folder
  deixis mcp nano --root shots                             find and ask, too
  deixis mcp openai:Qwen/Qwen3-VL-8B-Instruct@http://localhost:8000/v1 --root shots --root docs
  deixis mcp nano --http --port 9000                       at http://127.0.0.1:9000/mcp

An agent's program starts it and speaks with it on standard input and output, or reaches it over
HTTP with --http. Pictures are paths of files in the roots, and so is what is drawn: no picture is
put into the conversation. Over HTTP it listens on this machine alone; for others, clients need
keys, as `deixis serve --new-key` makes them.
"""

import argparse
import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deixis.cli.parsers import add_loading, add_speaking, loading_options
from deixis.core.errors import UsageError

if TYPE_CHECKING:
    from deixis.mcp.settings import AgentSettings

STUDIO = "deixis.studio"
PICKER = "deixis.studio.picker:person_picker"  # gives what `mcp.tickets.Picker` describes
RUN_STDIO, RUN_HTTP = "deixis.mcp.running:run_stdio", "deixis.mcp.running:run_http"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis mcp` takes these arguments."""
    parser.add_argument(
        "model", nargs="?", help="who looks at pictures for find and ask: nano, a checkpoint, …"
    )
    parser.add_argument(
        "--root",
        type=Path,
        action="append",
        metavar="FOLDER",
        help="where pictures are read and written (by default the working folder); several may "
        "be given",
    )
    add_speaking(parser)
    parser.add_argument("--http", action="store_true", help="over HTTP, not standard input")
    parser.add_argument("--host", help="where it listens over HTTP (127.0.0.1)")
    parser.add_argument("--port", type=int, help="its port (8009); 0: any that is free")
    parser.add_argument("--keys", metavar="FILE", help="the keys of those who may ask over HTTP")
    parser.add_argument(
        "--allow",
        action="append",
        metavar="HOST",
        help="a further name under which it is reached over HTTP, as a proxy's",
    )
    parser.add_argument("--json", action="store_true", help="where it listens, as a JSON object")
    add_loading(parser)


def run(arguments: argparse.Namespace) -> None:
    """The server runs until its client leaves, or it is asked to stop."""
    from deixis.core.optional_parts import opened, require_package

    for_http = {"host": "--host", "port": "--port", "keys": "--keys", "allow": "--allow"}
    given = [option for name, option in for_http.items() if getattr(arguments, name) is not None]
    if given and not arguments.http:
        raise UsageError(f"{given[0]} is for HTTP: give --http, too")
    require_package("mcp", extra="mcp", needed_for="deixis mcp")
    settings = _settings(arguments)
    picker = _picker()
    if not arguments.http:
        opened(RUN_STDIO, needed_for="deixis mcp")(settings, picker)
        return
    host = f"[{settings.listens.host}]" if ":" in settings.listens.host else settings.listens.host

    def told(port: int) -> None:
        url = f"http://{host}:{port}/mcp"
        roots = [str(root) for root in settings.roots]
        if arguments.json:
            print(json.dumps({"url": url, "roots": roots}), flush=True)
            return
        print(f"serving {', '.join(roots)} at {url}", file=sys.stderr)

    opened(RUN_HTTP, needed_for="deixis mcp")(settings, picker, told)


def _settings(arguments: argparse.Namespace) -> "AgentSettings":
    from deixis.mcp.settings import AgentSettings

    settings = AgentSettings()
    told: dict[str, Any] = {  # Any: of each field its own
        name: value
        for name in ("host", "port", "keys")
        if (value := getattr(arguments, name)) is not None
    }
    options = loading_options(arguments)
    for name in ("dialect", "contract"):
        if getattr(arguments, name) is not None:
            options[name] = getattr(arguments, name)
    if options and not arguments.model:
        raise UsageError(f"there is no model that {', '.join(sorted(options))} could be for")
    return replace(
        settings,
        model=arguments.model or "",
        options=options,
        roots=tuple(arguments.root or [Path()]),
        listens=replace(settings.listens, **told),
        hosts=tuple(arguments.allow or ()),
    )


def _picker() -> Any:  # Any: a Picker, which only `deixis.mcp` names
    """How a person points, where the studio is installed."""
    from deixis.core.optional_parts import opened

    if importlib.util.find_spec(STUDIO) is None:
        return None
    return opened(PICKER, needed_for="pointing")()
