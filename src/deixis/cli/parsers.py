"""Parsers of commands share how a part is added, and where models are placed."""

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deixis.core.errors import UsageError
from deixis.core.files import read_text

if TYPE_CHECKING:
    from deixis.ask.model import Model

LONGEST_KEY = 10_000  # letters of a file with a key


def add_part(
    parts: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    summary: str,
    description: str,
) -> argparse.ArgumentParser:
    """A part has its own parser, with --json and its --help laid out as written."""
    parser = parts.add_parser(
        name,
        help=summary,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser


def add_placing(parser: "argparse._ActionsContainer", *, trains: bool = False) -> None:
    """Arguments place models on a device and in a number format; where the command `trains`, the
    format is that of weights that stay as they are.
    """
    parser.add_argument("--device", metavar="NAME", help="where to run: cpu, cuda, cuda:1, mps")
    kept = "; weights that train are float32" if trains else ""
    parser.add_argument("--dtype", metavar="NAME", help=f"auto, float32, bfloat16, float16{kept}")


def add_loading(parser: argparse.ArgumentParser) -> "argparse._ArgumentGroup":
    """A group of arguments tells how a checkpoint is loaded; it is given back for others."""
    loading = parser.add_argument_group("loading a checkpoint")
    add_placing(loading)
    loading.add_argument("--quantize", choices=("4bit", "8bit"), help="load weights in fewer bits")
    loading.add_argument("--adapter", help="folder of a LoRA adapter")
    loading.add_argument("--revision", help="revision of a hub checkpoint")
    _add_server(parser)
    return loading


def _add_server(parser: argparse.ArgumentParser) -> None:
    server = parser.add_argument_group("asking a server")
    server.add_argument(
        "--api-key-file", type=Path, metavar="FILE", help="holds the key, instead of a variable"
    )
    server.add_argument("--image-format", choices=("png", "jpeg"), help="of pictures that are sent")
    server.add_argument("--journal", type=Path, metavar="FILE", help="ask nothing in it again")


def loading_options(arguments: argparse.Namespace) -> dict[str, Any]:  # Any: see `dx.load`
    """What of these was given, as `dx.load` takes it."""
    names = ("quantize", "adapter", "revision", "image_format", "journal")
    told = {name: getattr(arguments, name) for name in names}
    file = arguments.api_key_file
    if file is not None:
        try:
            told["api_key"] = read_text(file, most=LONGEST_KEY).strip()
        except (OSError, UnicodeDecodeError) as refusal:
            raise UsageError(f"cannot read {file}: {refusal}") from None
    return {name: value for name, value in told.items() if value is not None}


@contextmanager
def closed_after(model: "Model") -> "Iterator[Model]":
    """A model whose connections and journal are closed when the command is done with it."""
    with closing(model.vlm):
        yield model


def add_speaking(parser: "argparse._ActionsContainer") -> None:
    """Arguments tell how a model counts places, where that is not known or is known otherwise."""
    parser.add_argument("--dialect", help="coordinates other than the model's own")
    parser.add_argument("--contract", metavar="NAME|FILE", help="what is known of the model")


@contextmanager
def placing(arguments: argparse.Namespace) -> Iterator[None]:
    """All models that the command loads are placed so; wrong names are reported before any is
    loaded.
    """
    device, dtype = getattr(arguments, "device", None), getattr(arguments, "dtype", None)
    if device is None and dtype is None:
        yield
        return
    from deixis.models.device_and_dtype import placed

    with placed(device, dtype):
        yield


def placing_words(arguments: argparse.Namespace) -> list[str]:
    """Both arguments come as they were typed."""
    given = {"--device": arguments.device, "--dtype": arguments.dtype}
    return [word for name, value in given.items() if value is not None for word in (name, value)]


def dtype_settings(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The number format becomes a setting of a run's task, for the weights that stay as they
    are.
    """
    return () if arguments.dtype is None else (f"task.dtype={arguments.dtype}",)
