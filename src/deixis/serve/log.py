"""A line of JSON for each request, on stderr: never pictures or keys, and words only if asked."""

import json
import sys
import time
from collections.abc import Callable, Mapping
from typing import final

from deixis.core.untrusted_text import shown


@final
class RequestLog:
    """Writes lines; with `words`, what was asked stands in them too."""

    def __init__(self, put: Callable[[str], object] | None = None, *, words: bool = False) -> None:
        self._put, self.words = put or _to_stderr, words

    def write(
        self,
        entry: Mapping[str, object],
        *,
        status: int,
        seconds: float,
        own: float | None,
        code: str | None,
    ) -> None:
        """A request is over."""
        told = {name: value for name, value in entry.items() if value not in ("", None)}
        if "model" in told:
            told["model"] = shown(told["model"]).strip("'\"")
        told |= {"status": status, "ms": round(seconds * 1000, 1)}
        if own is not None:
            told["own_ms"] = round(own * 1000, 2)
        if code is not None:
            told["code"] = code
        when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._put(json.dumps({"time": when, **told}) + "\n")


def _to_stderr(line: str) -> None:
    sys.stderr.write(line)
    sys.stderr.flush()
