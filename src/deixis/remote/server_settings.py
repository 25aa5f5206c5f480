"""Which server is asked, how, and how long we wait for it."""

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, final

import httpx

from deixis.coordinates.contract import Contract
from deixis.coordinates.contracts import Match, contract_named, contract_of, told_match
from deixis.core.errors import UsageError

EXAMPLE = "openai:MODEL@http://localhost:8000/v1"
OPENAI_URL = "https://api.openai.com/v1"
# documented: larger pictures are first fitted into such a square
LONGEST_SIDES = {"api.openai.com": 2048, "api.anthropic.com": 1568}
LONGEST = 1e6  # seconds that a timer takes everywhere
SHORTEST_SECRET = 4  # a shorter "key" is a placeholder, and would be blotted out of every message


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Remote:
    """A model behind an OpenAI-compatible server, and the manners of asking it.

    Each timeout is in seconds and of one try; `connect_timeout` does not cover a name look-up,
    which the operating system bounds.
    """

    model: str = field(metadata={"doc": "the model's name at the server"})
    url: str = field(default=OPENAI_URL, metadata={"doc": "what /chat/completions is added to"})
    api_key: str = field(default="", repr=False, metadata={"doc": "bearer token; empty: none"})
    dialect: str | None = field(
        default=None, metadata={"doc": "how it says coordinates; none: as its contract tells"}
    )
    contract: Contract | str | Path | None = field(
        default=None, metadata={"doc": "what is known of it: a row, a model or a file; by its name"}
    )
    concurrency: int = field(default=8, metadata={"doc": "most requests at the same time"})
    connect_timeout: float = field(default=10.0, metadata={"doc": "for reaching the server"})
    read_timeout: float = field(default=120.0, metadata={"doc": "of silence while it answers"})
    total_timeout: float = field(default=600.0, metadata={"doc": "from the start to the last byte"})
    retries: int = field(default=3, metadata={"doc": "further tries of what was not begun"})
    first_wait: float = field(default=1.0, metadata={"doc": "before the first retry; doubles"})
    longest_wait: float = field(default=60.0, metadata={"doc": "cap of a wait, Retry-After too"})
    stream: bool = field(default=False, metadata={"doc": "have answers sent word by word"})
    journal: Path | None = field(default=None, metadata={"doc": "file of answers already had"})
    image_format: str = field(
        default="png", metadata={"doc": "png is lossless; jpeg (quality 95) is smaller"}
    )
    longest_side: int | None = field(
        default=None, metadata={"doc": "to which the server shrinks pictures; none: not known"}
    )
    limit_name: str = field(
        default="max_tokens", metadata={"doc": "or max_completion_tokens: the limit's name there"}
    )
    max_response_bytes: int = field(default=16 << 20, metadata={"doc": "a longer one is refused"})

    def __post_init__(self) -> None:
        if not self.model.strip():
            raise UsageError(f"the model's name is empty; for example {EXAMPLE}")
        object.__setattr__(self, "url", _checked_url(self.url))
        object.__setattr__(self, "api_key", _checked_key(self.api_key))
        told = None if self.contract is None else contract_named(self.contract, self.url)
        object.__setattr__(self, "contract", told)
        if self.image_format not in ("png", "jpeg"):
            raise UsageError(f"image_format is 'png' or 'jpeg', got {self.image_format!r}")
        if self.limit_name not in ("max_tokens", "max_completion_tokens"):
            raise UsageError(
                f"limit_name is 'max_tokens' or 'max_completion_tokens', got {self.limit_name!r}"
            )
        for name in ("concurrency", "longest_side", "max_response_bytes"):
            if getattr(self, name) is not None and getattr(self, name) < 1:
                raise UsageError(f"{name} is at least 1, got {getattr(self, name)}")
        for name in ("connect_timeout", "read_timeout", "total_timeout"):
            if not 0 < getattr(self, name) <= LONGEST:
                raise UsageError(f"{name} is seconds above 0, got {getattr(self, name)}")
        for name in ("retries", "first_wait", "longest_wait"):
            if not 0 <= getattr(self, name) <= LONGEST:
                raise UsageError(f"{name} is 0 or more, got {getattr(self, name)}")

    @property
    def name(self) -> str:
        """The name that builds this model again."""
        return f"openai:{self.model}@{self.url}"

    @property
    def match(self) -> Match | None:
        """What is known of the model, and why: as told, else by its name."""
        if isinstance(self.contract, Contract):
            return told_match(self.contract)
        return contract_of(self.model, self.url)

    @property
    def known_side(self) -> int | None:
        """The longer side to which the server is known to shrink: by the model's contract, else by
        what the server documents of all its models.
        """
        match = self.match
        if match is not None and match.contract.longest_side is not None:
            return match.contract.longest_side
        return LONGEST_SIDES.get(httpx.URL(self.url).host)

    def under(self, contract: Contract) -> "Remote":
        """The same of which a user tells the contract; a longest side that was chosen stays."""
        told = replace(self, contract=contract)
        if self.longest_side != self.known_side:
            return told
        return replace(told, longest_side=told.known_side)

    @property
    def endpoint(self) -> str:
        """Where questions are posted."""
        return f"{self.url}/chat/completions"

    def quoted(self, text: str) -> str:
        """A server's words for an error message: one short line, without the key."""
        if len(self.api_key) >= SHORTEST_SECRET:
            text = text.replace(self.api_key, "[key]")
        line = " ".join("".join(c if c.isprintable() else " " for c in text[:3000]).split())
        return line if len(line) <= 300 else line[:297] + "..."


def remote_from_name(name: str, options: Mapping[str, Any]) -> Remote:  # Any: of Remote's fields
    """The remote that "openai:MODEL@URL" names; "openai:MODEL" alone is at OpenAI itself.

    Where no `api_key` is passed, the environment's OPENAI_API_KEY is taken for OpenAI itself and
    DEIXIS_API_KEY for every other server, so that no key reaches a host it was not meant for.
    """
    known = [each.name for each in fields(Remote) if each.name not in ("model", "url")]
    for option in options:
        if option not in known:
            near = difflib.get_close_matches(option, known, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise UsageError(f"no option {option!r}{hint} Known: {', '.join(known)}")
    model, url = _parted(name)
    given = {"api_key": os.environ.get(key_variable(url or OPENAI_URL), ""), **options}
    if isinstance(given.get("journal"), str):
        given["journal"] = Path(given["journal"])
    if url is None:
        remote = Remote(model=model, **{"limit_name": "max_completion_tokens", **given})
    else:
        remote = Remote(model=model, url=url, **given)
    return remote if "longest_side" in given else replace(remote, longest_side=remote.known_side)


def key_variable(url: str) -> str:
    """Name of the environment variable that holds the key for that server."""
    own = url.rstrip("/") == OPENAI_URL
    return "OPENAI_API_KEY" if own else "DEIXIS_API_KEY"


def _parted(name: str) -> tuple[str, str | None]:
    """Model and URL of a name; a model's own name may hold an @ before the URL's."""
    scheme, _, rest = name.partition(":")
    if scheme != "openai" or not rest:
        raise UsageError(f"expected a name like {EXAMPLE}, got {name!r}")
    found = re.fullmatch(r"(.*?)@([A-Za-z][A-Za-z0-9+.-]*://.*)", rest, flags=re.DOTALL)
    if found is not None:
        return found[1], found[2]
    if "@" in rest:
        raise UsageError(f"after the @ comes a URL with its http:// or https://: {EXAMPLE}")
    return rest, None


def _checked_url(url: str) -> str:
    """The URL without its last slash; messages do not repeat one that may hold a password."""
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        raise UsageError(f"what comes after the @ is no URL; for example {EXAMPLE}") from None
    if parts.userinfo or parts.query or parts.fragment:
        raise UsageError(
            f"the URL may not hold a user, a query or a fragment (pass api_key=): {EXAMPLE}"
        )
    if parts.scheme not in ("http", "https") or not parts.host:
        raise UsageError(f"the URL starts with http:// or https://, got {url!r}: {EXAMPLE}")
    return str(parts).rstrip("/")


def _checked_key(key: str) -> str:
    """The key as it can stand in a header; the message never repeats it."""
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise UsageError("api_key holds spaces, line ends or letters beyond ASCII; paste it again")
    return key
