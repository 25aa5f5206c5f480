"""Who may ask, and how much: keys in a file, by their hashes, each with its quotas a minute.

[[keys]]
name = "alice"
sha256 = "…"
requests = 600
pixels = 2000000000
tokens = 1000000
"""

import hashlib
import hmac
import math
import secrets
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal, TypeAlias, final

from deixis.core.errors import UsageError
from deixis.core.files import read_text, write_text
from deixis.core.typed_json import read_as
from deixis.serve.api_error import ApiError

MINUTE = 60.0
PREFIX = "dx-"
SCHEME = "bearer "
Counted: TypeAlias = Literal["requests", "pixels", "tokens"]
COUNTED: tuple[Counted, ...] = ("requests", "pixels", "tokens")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class AccessKey:
    """Somebody with a key, of which only the hash is known. Quotas are a minute's; 0: no limit."""

    name: str
    sha256: str
    requests: int = 0
    pixels: int = 0
    tokens: int = 0

    def __post_init__(self) -> None:
        if len(self.sha256) != 64 or not all(c in "0123456789abcdef" for c in self.sha256):
            raise UsageError(f"the key of {self.name!r} has no SHA-256 of 64 hexadecimal digits")
        if min(self.requests, self.pixels, self.tokens) < 0:
            raise UsageError(f"the quotas of {self.name!r} are 0 or more")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class KeyFile:
    """A file of keys."""

    keys: tuple[AccessKey, ...] = ()


@final
class Account:
    """What somebody has used. A quota fills again as time passes, up to a minute's worth; what an
    answer cost is known afterwards, so it may be overdrawn once.
    """

    def __init__(self, key: AccessKey | None, clock: Callable[[], float]) -> None:
        self.name = "" if key is None else key.name
        self._clock = clock
        self._quotas: dict[Counted, int] = {}
        if key is not None:
            self._quotas = {what: getattr(key, what) for what in COUNTED if getattr(key, what)}
        self._left = {what: float(quota) for what, quota in self._quotas.items()}
        self._since = clock()

    def use(self, what: Counted, amount: float) -> None:
        """So much is used; ApiError, and when to come again, where nothing is left."""
        if what not in self._quotas:
            return
        self._fill()
        quota = self._quotas[what]
        if self._left[what] < min(amount, quota):
            wait = (min(amount, quota) - self._left[what]) * MINUTE / quota
            raise ApiError(
                429,
                f"the quota of {quota} {what} a minute is used up",
                code="rate_limit_exceeded",
                headers={"Retry-After": str(max(1, math.ceil(wait)))},
            )
        self._left[what] -= amount

    def pay(self, what: Counted, amount: float) -> None:
        """So much was used already."""
        if what in self._quotas:
            self._fill()
            self._left[what] -= amount

    def _fill(self) -> None:
        now = self._clock()
        for what, quota in self._quotas.items():
            gained = quota * (now - self._since) / MINUTE
            self._left[what] = min(quota, self._left[what] + gained)
        self._since = now


@final
class Access:
    """Lets in who has a key, or anybody where no keys are asked for."""

    def __init__(
        self, keys: tuple[AccessKey, ...] | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._accounts = None
        if keys is not None:
            self._accounts = [(bytes.fromhex(key.sha256), Account(key, clock)) for key in keys]
        self._anybody = Account(None, clock)

    def account(self, authorization: str | None) -> Account:
        """Whose request it is; ApiError where it is nobody's. All keys are compared, each in the
        same time whatever it is.
        """
        if self._accounts is None:
            return self._anybody
        told = authorization or ""
        if told[: len(SCHEME)].lower() != SCHEME:
            raise _refused("a key is needed: Authorization: Bearer KEY")
        digest = hashlib.sha256(told[len(SCHEME) :].strip().encode()).digest()
        found: Account | None = None
        for known, account in self._accounts:
            if hmac.compare_digest(known, digest):
                found = account
        if found is None:
            raise _refused("this key is not known here")
        return found


def read_keys(path: Path) -> tuple[AccessKey, ...]:
    """The keys of a file; UsageError says what is wrong with it."""
    try:
        told = tomllib.loads(read_text(path))
    except FileNotFoundError:
        raise UsageError(
            f"there is no file {path}; deixis serve --new-key NAME --keys {path} makes it"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as broken:
        raise UsageError(f"cannot read {path}: {broken}") from None
    return read_as(KeyFile, told, name=str(path)).keys


def add_key(path: Path, name: str) -> str:
    """A new key, whose hash is written in the file; it is told this once."""
    if not name.strip() or not name.isprintable() or len(name) > 100:
        raise UsageError(f"a key is of somebody with a name, got {name!r}")
    keys = read_keys(path) if path.exists() else ()
    if any(key.name == name for key in keys):
        raise UsageError(f"{name!r} has a key in {path} already")
    secret = PREFIX + secrets.token_urlsafe(32)
    digest = hashlib.sha256(secret.encode()).hexdigest()
    write_text(path, "\n".join(map(_written, (*keys, AccessKey(name=name, sha256=digest)))))
    return secret


def _written(key: AccessKey) -> str:
    lines = ["[[keys]]"]
    for one in fields(AccessKey):
        value = getattr(key, one.name)
        if value:
            told = value if isinstance(value, int) else f'"{_escaped(value)}"'
            lines.append(f"{one.name} = {told}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _refused(message: str) -> ApiError:
    return ApiError(401, message, code="invalid_api_key", headers={"WWW-Authenticate": "Bearer"})
