"""Options of loading by their names: those of a checkpoint, and those of a server's client.

What each means is said where it is used: `Loading` in `checkpoint_model`, `Remote` in
`remote.server_settings`.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypedDict

from deixis.core.errors import UnknownNameError, UsageError
from deixis.models.opener import openers


class CheckpointOptions(TypedDict, total=False):
    """How a checkpoint is loaded, and where it goes."""

    device: Any  # Any: a name as "cuda:1", or torch's own device
    device_map: Any  # Any: "auto" or a dict, as accelerate has it
    dtype: Any  # Any: a name as "bfloat16", or torch's own dtype
    quantize: str | None
    adapter: str | Path | None
    revision: str | None
    trust_remote_code: bool
    attn_implementation: str | None
    batch_size: int


class ServerOptions(TypedDict, total=False):
    """How a server is asked."""

    api_key: str
    concurrency: int
    connect_timeout: float
    read_timeout: float
    total_timeout: float
    retries: int
    first_wait: float
    longest_wait: float
    stream: bool
    journal: str | Path | None
    image_format: str
    longest_side: int | None
    limit_name: str
    max_response_bytes: int


class LoadOptions(CheckpointOptions, ServerOptions, total=False):
    """The options of every kind of model."""

    seed: int  # of the random weights of a "tiny:FAMILY"


CHECKPOINT = frozenset(CheckpointOptions.__annotations__)
SERVER = frozenset(ServerOptions.__annotations__)
TINY = frozenset({"seed", "device", "dtype", "batch_size"})
OWN = {"openai": SERVER, "tiny": TINY}  # other packages' kinds look at their options themselves
KINDS = {
    "openai": 'models behind a server ("openai:MODEL@URL")',
    "tiny": 'random models ("tiny:FAMILY")',
    "": "checkpoints",
}


def check_options(name: str, options: Iterable[str]) -> None:
    """UsageError where a model of that name has no such option."""
    prefix = name.partition(":")[0] if ":" in name else ""
    if prefix in openers and prefix not in OWN:
        return
    kind = prefix if prefix in OWN else ""
    fitting = OWN.get(kind, CHECKPOINT)
    for option in options:
        if option in fitting:
            continue
        if option in LoadOptions.__annotations__:
            others = [
                KINDS[one] for one, names in {**OWN, "": CHECKPOINT}.items() if option in names
            ]
            raise UsageError(
                f"{option!r} is an option of {' and of '.join(others)}, and "
                f"{name!r:.80} is none of them"
            )
        raise UnknownNameError(kind=f"option of {KINDS[kind]}", name=option, known=fitting)
