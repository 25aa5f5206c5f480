"""What parsers of commands share: parts of a command, and where its models go."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager


def add_part(
    parts: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    summary: str,
    description: str,
) -> argparse.ArgumentParser:
    """One part's own parser, with its --help as it is written and --json."""
    parser = parts.add_parser(
        name,
        help=summary,
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")
    return parser


def add_placing(parser: "argparse._ActionsContainer", *, trains: bool = False) -> None:
    """On which device models are loaded, and in which numbers; `trains`: the numbers are those of
    weights that stay as they are.
    """
    parser.add_argument("--device", metavar="NAME", help="cpu, cuda, cuda:1, mps")
    kept = "; weights that train are float32" if trains else ""
    parser.add_argument("--dtype", metavar="NAME", help=f"auto, float32, bfloat16, float16{kept}")


@contextmanager
def placing(arguments: argparse.Namespace) -> Iterator[None]:
    """All models that the command loads go there; wrong names are told before any is."""
    device, dtype = getattr(arguments, "device", None), getattr(arguments, "dtype", None)
    if device is None and dtype is None:
        yield
        return
    from deixis.models.placing import placed

    with placed(device, dtype):
        yield


def placing_words(arguments: argparse.Namespace) -> list[str]:
    """Both as they were typed."""
    given = {"--device": arguments.device, "--dtype": arguments.dtype}
    return [word for name, value in given.items() if value is not None for word in (name, value)]


def dtype_settings(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The numbers as a setting of a run's task, for the weights that stay as they are."""
    return () if arguments.dtype is None else (f"task.dtype={arguments.dtype}",)
