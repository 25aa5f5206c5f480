"""What an MCP server is told: its model, its roots, and where it listens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

from deixis.core.images import DEFAULT_LIMITS, ImageLimits
from deixis.serve.settings import ServerSettings

MIB = 1 << 20
PORT = 8009


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class AgentSettings:
    """Where files may lie, and who answers questions.

    `model` is what `dx.load` takes, with its `options`; without one nothing is asked or found.
    `hosts` are further names under which the HTTP server is reached.
    """

    model: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)  # Any: see `dx.load`
    roots: tuple[Path, ...] = (Path(),)
    listens: ServerSettings = field(default_factory=lambda: ServerSettings(port=PORT))
    hosts: tuple[str, ...] = ()
    limits: ImageLimits = DEFAULT_LIMITS  # of a picture that is opened
    resource_bytes: int = 8 * MIB  # of a picture that is read as a resource
    loading_seconds: float = 40.0  # that a call waits for its model; clients cut calls at 60
