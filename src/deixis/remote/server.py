"""Asking the server: timeouts, and retries only of what it surely did not begin."""

import contextlib
import functools
import re
import ssl
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import final

import httpx

from deixis.core.errors import RemoteError, UsageError
from deixis.models.interface import Completion
from deixis.remote.answer import MAY_BE_PAID, error_message, read_answer, read_stream
from deixis.remote.body import body_pieces
from deixis.remote.deadline import Deadline
from deixis.remote.server_settings import Remote, key_variable

LONGEST_MESSAGE = 1 << 16  # bytes read of an answer that is only a reason


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """The server did not begin: the request may be sent again, after `wait` seconds if known."""

    reason: str
    wait: float | None = None


@final
class Server:
    """One server, asked by at most `remote.concurrency` requests at the same time.

    Each request has a connection of its own. A kept one may be closed by the server in the moment
    in which we send, and then nobody knows whether the request was begun.
    """

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._gate = threading.BoundedSemaphore(remote.concurrency)
        headers = {"User-Agent": "deixis", "Accept-Encoding": "identity", "Connection": "close"}
        if remote.api_key:
            headers["Authorization"] = f"Bearer {remote.api_key}"
        self._client = httpx.Client(
            headers=headers,
            verify=_certificates(),
            timeout=httpx.Timeout(remote.read_timeout, connect=remote.connect_timeout),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
        )

    def close(self) -> None:
        """Close what is open."""
        self._client.close()

    def ask(
        self, body: bytes, *, stream: bool, spread: float, stop: threading.Event
    ) -> Generator[str, None, Completion]:
        """The words as they come; the generator's value is the whole completion.

        `spread`, in 0..1, lengthens the waits a little, so that many requests that were refused
        together do not come back together. `stop` ends a wait, and with it the tries.
        """
        tries = 0
        while True:
            outcome = yield from self._try(body, stream)
            if isinstance(outcome, Completion):
                return outcome
            tries += 1
            wait = outcome.wait
            if wait is None:
                wait = self._remote.first_wait * 2 ** min(tries - 1, 30) * (1 + spread / 2)
            if tries > self._remote.retries or stop.wait(min(wait, self._remote.longest_wait)):
                times = "once" if tries == 1 else f"{tries} times"
                raise RemoteError(f"{outcome.reason} (asked {times}, never begun)")

    def _try(self, body: bytes, stream: bool) -> Generator[str, None, Completion | Refusal]:
        with self._gate, Deadline(self._remote.total_timeout) as deadline:
            try:
                with self._client.stream(
                    "POST",
                    self._remote.endpoint,
                    content=body,
                    headers={"Content-Type": "application/json"},
                    extensions={"trace": deadline.watch},
                ) as response:
                    return (yield from self._read(response, stream, deadline))
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
                reason = str(error) or "no connection in time"
                return Refusal(reason=f"cannot reach {self._remote.url}: {reason}")
            except httpx.InvalidURL as error:  # httpx looks at where a redirect leads
                raise RemoteError(
                    f"{self._remote.url} redirects to what is no URL "
                    f"({self._remote.quoted(str(error))})"
                ) from error
            except httpx.HTTPError as error:
                raise RemoteError(f"{self._lost(error, deadline)}; {MAY_BE_PAID}") from error

    def _lost(self, error: httpx.HTTPError, deadline: Deadline) -> str:
        if deadline.has_passed:
            return self._too_late()
        if isinstance(error, httpx.TimeoutException):
            return f"the server was silent for read_timeout={self._remote.read_timeout:g} s"
        return f"the connection broke after the request was sent: {self._remote.quoted(str(error))}"

    def _too_late(self) -> str:
        return f"no whole answer within total_timeout={self._remote.total_timeout:g} s"

    def _read(
        self, response: httpx.Response, stream: bool, deadline: Deadline
    ) -> Generator[str, None, Completion | Refusal]:
        if response.status_code != 200:
            return self._refused(response)
        chunks = self._bounded(response, deadline)
        quote = self._remote.quoted
        if stream and "json" not in response.headers.get("content-type", ""):
            return (yield from read_stream(chunks, quote))
        completion = read_answer(b"".join(chunks), quote)
        yield completion.text
        return completion

    def _bounded(self, response: httpx.Response, deadline: Deadline) -> Iterator[bytes]:
        total = 0
        for chunk in body_pieces(response, self._remote.max_response_bytes):
            total += len(chunk)
            if total > self._remote.max_response_bytes:
                raise RemoteError(
                    f"the answer is longer than max_response_bytes="
                    f"{self._remote.max_response_bytes}; {MAY_BE_PAID}"
                )
            yield chunk
        if deadline.has_passed:  # a body that ends with its connection looks whole when we end it
            raise RemoteError(f"{self._too_late()}; {MAY_BE_PAID}")

    def _refused(self, response: httpx.Response) -> Refusal:
        """The refusal, if the request was not begun; else the error that it is."""
        status = response.status_code
        said = f"{self._remote.url} answered {status}"
        message = self._remote.quoted(error_message(_body_within(response, LONGEST_MESSAGE)))
        if message:
            said = f"{said}: {message}"
        wait = seconds_to_wait(response.headers.get("retry-after", ""))
        if status == 429 or (status == 503 and wait is not None):
            return Refusal(reason=said, wait=wait)
        if 300 <= status < 400:
            to = self._remote.quoted(response.headers.get("location", "elsewhere"))
            raise RemoteError(f"{said}; it redirects to {to}, which is not followed: name that URL")
        if status in (401, 403):
            variable = key_variable(self._remote.url)
            raise UsageError(f"{said}; pass another api_key, or set {variable}")
        if status == 404:
            raise UsageError(
                f"{said}; is {self._remote.model!r} served there, and does the URL end in /v1?"
            )
        if 400 <= status < 500:
            raise RemoteError(f"{said}; it was not answered, and would not be if asked again")
        raise RemoteError(f"{said}; {MAY_BE_PAID}")


def seconds_to_wait(retry_after: str) -> float | None:
    """The seconds that a Retry-After header asks for, as a number or a date; None if none."""
    text = retry_after.strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


@functools.cache
def _certificates() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)  # slow to load, the same for every server


def _body_within(response: httpx.Response, limit: int) -> bytes:
    body = b""
    # the status is the reason; these are its words
    with contextlib.suppress(httpx.HTTPError, RemoteError):
        for chunk in body_pieces(response, limit):
            body += chunk
            if len(body) >= limit:
                break
    return body[:limit]
