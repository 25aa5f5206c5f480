"""Serve regions over HTTP, in front of any OpenAI-compatible engine or a model of ours.

  deixis serve nano                                        the embedded model, at 127.0.0.1:8008
  deixis serve openai:Qwen/Qwen3-VL-8B-Instruct@http://localhost:8000/v1
  deixis serve qwen=openai:Qwen/Qwen3-VL-8B-Instruct@http://localhost:8000/v1 nano --port 9000
  deixis serve --config serving.toml                       several engines, keys, limits

Every OpenAI client can then point: `regions` stand beside the image_url of their picture, {cup} in
the text speaks of one, and the answer's regions come back in pixels of that picture. A request
without regions goes on as the bytes that it was. /docs describes all of it.

It listens on this machine alone. For others, clients need keys:

  deixis serve --new-key alice --keys keys.toml            makes one, and prints it once
  deixis serve nano --host 0.0.0.0 --keys keys.toml
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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`deixis serve` takes these arguments."""
    parser.add_argument(
        "models",
        nargs="*",
        metavar="MODEL",
        help="openai:MODEL@URL, or a model to load here (nano, a checkpoint); NAME=MODEL names it",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="a TOML file of settings")
    parser.add_argument("--host", help="where it listens (127.0.0.1)")
    parser.add_argument("--port", type=int, help="its port (8008); 0: any that is free")
    parser.add_argument("--workers", type=int, help="processes (1); each counts quotas for itself")
    parser.add_argument("--keys", metavar="FILE", help="the keys of those who may ask")
    parser.add_argument("--new-key", metavar="NAME", help="make a key in --keys, and print it")
    parser.add_argument(
        "--pictures",
        choices=("pass", "deny", "fetch"),
        help="what is done with web addresses of pictures: pass them on (the default), deny them, "
        "or fetch public ones here",
    )
    add_placing(parser.add_argument_group("models that are loaded here"))
    parser.add_argument("--json", action="store_true", help="where it listens, as a JSON object")


def run(arguments: argparse.Namespace) -> None:
    """The server runs until it is asked to stop."""
    from deixis.core.optional_parts import opened

    if arguments.new_key is not None:
        _new_key(arguments)
        return
    serving = _serving(arguments)
    run_server = opened("deixis.serve.running:run", needed_for="deixis serve")

    def told(port: int) -> None:
        host = f"[{serving.server.host}]" if ":" in serving.server.host else serving.server.host
        url = f"http://{host}:{port}"
        names = [model.name for model in serving.models]
        if arguments.json:
            print(json.dumps({"url": url, "base_url": f"{url}/v1", "models": names}), flush=True)
            return
        print(f"serving {', '.join(names)} at {url}/v1 (described at {url}/docs)", file=sys.stderr)

    run_server(serving, told)


def _serving(arguments: argparse.Namespace) -> "Serving":
    from deixis.serve.settings import Serving, read_settings

    serving = Serving() if arguments.config is None else read_settings(arguments.config)
    told = {name: getattr(arguments, name) for name in ("host", "port", "workers", "keys")}
    given = {name: value for name, value in told.items() if value is not None}
    serving = replace(serving, server=replace(serving.server, **given))
    if arguments.pictures is not None:
        serving = replace(serving, pictures=replace(serving.pictures, urls=arguments.pictures))
    serving = serving.with_models(arguments.models)
    if not serving.models:
        raise UsageError("say which model is served, as deixis serve nano, or --config FILE")
    return serving


def _new_key(arguments: argparse.Namespace) -> None:
    from deixis.serve.access import add_key

    if arguments.keys is None:
        raise UsageError("say in which file the key's hash is kept: --keys keys.toml")
    key = add_key(Path(arguments.keys).expanduser(), arguments.new_key)
    if arguments.json:
        print(json.dumps({"name": arguments.new_key, "key": key}))
        return
    print(key)
    print(f"{arguments.keys} holds its hash; the key itself is kept nowhere.", file=sys.stderr)
