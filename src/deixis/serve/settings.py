"""What a server is told: its models, its limits, whom it lets in. A TOML file, or the command line.

[server]
port = 8008

[[models]]
name = "qwen"
upstream = "openai:Qwen/Qwen3-VL-8B-Instruct@http://localhost:8000/v1"
key_variable = "VLLM_KEY"

[[models]]
name = "nano"
load = "nano"
"""

import ipaddress
import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, final

from deixis.core import given
from deixis.core.errors import UsageError
from deixis.core.fetch import FetchPolicy
from deixis.core.files import read_text
from deixis.core.images import ImageLimits
from deixis.core.typed_json import read_as

if TYPE_CHECKING:
    from deixis.remote.server_settings import Remote

PictureUrls: TypeAlias = Literal["pass", "deny", "fetch"]
Survival: TypeAlias = Literal["given", "widened", "told", "strict"]
PictureFormat: TypeAlias = Literal["as given", "png", "jpeg"]
MIB = 1 << 20
PLAIN_ENCODING = "said"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """A request beyond one of these is refused before anything is decoded."""

    body_bytes: int = 48 * MIB
    picture_bytes: int = 32 * MIB  # of one picture's file
    picture_pixels: int = 40_000_000
    pictures: int = 32  # in one conversation
    regions: int = 256  # in one conversation
    turns: int = 512
    answer_bytes: int = 64 * MIB  # of what an upstream says
    held_bytes: int = 1024 * MIB  # of all requests that are under way
    body_seconds: float = 30.0  # in which a request has come whole, or goes on at 32 KiB a second
    header_seconds: float = 10.0  # in which a connection has said what it wants
    picture_seconds: float = 20.0  # in which a picture is decoded, drawn on and written
    picture_memory: int = 2048 * MIB  # that a process takes to decode and draw
    in_flight: int = 512  # requests of one model that are under way
    waiting_pictures: int = 256  # of all requests

    def __post_init__(self) -> None:
        for name in self.__slots__:
            given.number(f"limits.{name}", getattr(self, name), least=0.001)

    @property
    def images(self) -> ImageLimits:
        """The limits of one picture."""
        return ImageLimits(max_bytes=self.picture_bytes, max_pixels=self.picture_pixels)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Fetching:
    """What is done with a picture's web address: "pass" hands it to the upstream as it is, unless
    something is to be drawn on it, "deny" refuses it, "fetch" opens it here, with the same checks
    as `open_image`, and hands on its bytes.
    """

    urls: PictureUrls = "pass"
    domains: tuple[str, ...] = ()  # empty: all public ones
    networks: tuple[str, ...] = ()  # that may be asked though they are not public
    ports: tuple[int, ...] = (80, 443)
    seconds: float = 15.0

    def policy(self, limits: Limits) -> FetchPolicy:
        """The checks that every address is put to."""
        return FetchPolicy(
            max_bytes=limits.picture_bytes,
            total_timeout=self.seconds,
            allowed_domains=self.domains or None,
            allowed_networks=self.networks,
            allowed_ports=self.ports,
        )


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ServedModel:
    """A model under a name: an `upstream` as `dx.load` takes it ("openai:MODEL@URL"), or a model to
    `load` here. `contract` names a row, or a file that `deixis probe` wrote.
    """

    name: str
    upstream: str = ""
    load: str = ""
    key_variable: str = ""  # of the environment, that holds the upstream's key
    contract: str = ""
    dialect: str = ""
    encoding: str = PLAIN_ENCODING  # of regions that tell none
    survival: Survival = "widened"
    picture_format: PictureFormat = "as given"
    connect_seconds: float = 10.0
    silent_seconds: float = 300.0  # without a byte of the answer
    total_seconds: float = 1800.0
    cache_ids: bool = False  # tell vLLM what picture it is, so that it encodes each once
    batch_size: int = 16  # of a model that is loaded here
    device: str = ""

    def __post_init__(self) -> None:
        where = f"the model {self.name!r}"
        if not self.name.strip() or not self.name.isprintable():
            raise UsageError("a served model has a name")
        if bool(self.upstream) == bool(self.load):
            raise UsageError(f"{where} has an upstream, or a model to load: one of them")
        for name in ("connect_seconds", "silent_seconds", "total_seconds"):
            given.number(f"{where}: {name}", getattr(self, name), least=0.001, most=1e6)
        given.whole(f"{where}: batch_size", self.batch_size, least=1, most=4096)
        self._check_names()
        if self.upstream:
            self.remote()

    def remote(self) -> "Remote":
        """The engine behind it."""
        from deixis.remote.server_settings import remote_from_name

        options: dict[str, object] = {"contract": self.contract or None}
        if self.dialect:
            options["dialect"] = self.dialect
        if self.key_variable:
            options["api_key"] = os.environ.get(self.key_variable, "")
        return remote_from_name(self.upstream, options)

    def _check_names(self) -> None:
        from deixis.coordinates import dialects
        from deixis.coordinates.contracts import contract_named
        from deixis.encodings.spec import EncodingSpec

        EncodingSpec.of(self.encoding)
        if self.dialect:
            dialects.get(self.dialect)
        if self.contract:
            contract_named(self.contract)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ServerSettings:
    """Where it listens, and for whom. Beyond this machine nobody is served without a key."""

    host: str = "127.0.0.1"
    port: int = 8008
    workers: int = 1  # processes; each counts quotas for itself
    picture_workers: int = 0  # processes that decode and draw, of each worker; 0: one a core
    names: tuple[str, ...] = ()  # by which it may be called too, where it asks for no keys
    keys: str = ""  # the file of keys; see `deixis serve --new-key`
    words_in_log: bool = False
    ping_seconds: float = 15.0  # between comments in a stream that says nothing
    grace_seconds: float = 30.0  # in which what runs may end, once it is asked to stop

    def __post_init__(self) -> None:
        given.whole("server.port", self.port, least=0, most=65_535)
        given.whole("server.workers", self.workers, least=1, most=256)
        given.whole("server.picture_workers", self.picture_workers, least=0, most=256)
        given.number("server.ping_seconds", self.ping_seconds, least=0.01)
        given.number("server.grace_seconds", self.grace_seconds, least=0)
        if not self.is_loopback and not self.keys:
            raise UsageError(
                f"{self.host} can be reached from elsewhere, so clients need keys: make one with "
                "deixis serve --new-key NAME --keys keys.toml, and pass --keys keys.toml"
            )

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.host in LOOPBACK:
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def num_picture_workers(self) -> int:
        """So many processes decode and draw."""
        return self.picture_workers or os.cpu_count() or 1


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Serving:
    """All that a server is told."""

    server: ServerSettings = field(default_factory=ServerSettings)
    models: tuple[ServedModel, ...] = ()
    limits: Limits = field(default_factory=Limits)
    pictures: Fetching = field(default_factory=Fetching)

    def __post_init__(self) -> None:
        names = [model.name for model in self.models]
        for name in names:
            if names.count(name) > 1:
                raise UsageError(f"two models are named {name!r}")

    def with_models(self, models: Sequence[str]) -> "Serving":
        """The same with these models too, each "openai:MODEL@URL" or what `dx.load` takes, under
        the name by which it is asked for: MODEL, or all of it. "NAME=MODEL" gives another.
        """
        return replace(self, models=(*self.models, *map(_model_of, models)))


def read_settings(path: Path) -> Serving:
    """A file of settings, strictly read; UsageError says what is wrong with it, and where."""
    try:
        told = tomllib.loads(read_text(path))
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as broken:
        raise UsageError(f"cannot read {path}: {broken}") from None
    return read_as(Serving, told, name=str(path))


def _model_of(told: str) -> ServedModel:
    name, equals, model = told.partition("=")
    if not equals or ":" in name or "/" in name:
        name, model = "", told
    if model.startswith("openai:"):
        found = ServedModel(name=name or "?", upstream=model)
        return replace(found, name=name or found.remote().model)
    return ServedModel(name=name or model, load=model)
