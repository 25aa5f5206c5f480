"""Regions are added to an answer, whole or streamed; all else of it stays as the upstream wrote it.

In a stream they come in one event after the last words, before the usage and the end.
"""

import json
from collections.abc import AsyncIterator
from typing import Any, final

from deixis.serve.pointing_settings import KEY
from deixis.serve.reading_back import ReadingBack
from deixis.serve.shapes import CHAT, Json, RequestShape

DONE = b"[DONE]"
ENDS = ("response.completed", "response.incomplete")  # events that hold a whole response


def with_regions(body: bytes, shape: RequestShape, reading: ReadingBack) -> bytes:
    """An answer of the upstream's with its regions; what is no such answer stays."""
    told = _object(body)
    if told is None:
        return body
    if shape is CHAT:
        choices = told.get("choices")
        if not isinstance(choices, list):
            return body
        for choice in choices:
            message = choice.get("message") if isinstance(choice, dict) else None
            if isinstance(message, dict):
                content = message.get("content")
                message.update(reading.read(content if isinstance(content, str) else ""))
    elif not _add_to_response(told, reading):
        return body
    told[KEY] = reading.told
    return json.dumps(told).encode()


@final
class RegionStream:
    """A stream of events passes, and the regions of its words are added."""

    def __init__(self, shape: RequestShape, reading: ReadingBack) -> None:
        self._shape, self._reading = shape, reading
        self._said: dict[int, list[str]] = {}
        self._last: Json = {}
        self._is_added = False

    async def events(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The events, each whole, with ours among them."""
        async for event in whole_events(pieces):
            for sent in self._passed(event):
                yield sent

    def _passed(self, event: bytes) -> list[bytes]:
        data = data_of(event)
        if data is None:
            return [event]
        if data.strip() == DONE:
            return [*self._added(), event]
        told = _object(data)
        if told is None:
            return [event]
        if self._shape is not CHAT:
            return [self._response_event(event, told)]
        return self._chat_event(event, told)

    def _chat_event(self, event: bytes, told: Json) -> list[bytes]:
        choices = told.get("choices")
        if not isinstance(choices, list) or "error" in told:
            return [event]
        self._last = {name: told[name] for name in ("id", "created", "model") if name in told}
        if not choices and self._said:
            return [*self._added(), event]
        for choice in choices:
            delta = choice.get("delta") if isinstance(choice, dict) else None
            content = delta.get("content") if isinstance(delta, dict) else None
            number = choice.get("index") if isinstance(choice, dict) else None
            if isinstance(number, int):
                said = self._said.setdefault(number, [])
                said += [content] if isinstance(content, str) else []
        return [event]

    def _added(self) -> list[bytes]:
        if self._is_added or self._shape is not CHAT:
            return []
        self._is_added = True
        choices = [
            {"index": number, "delta": self._reading.read("".join(said)), "finish_reason": None}
            for number, said in sorted(self._said.items())
        ]
        told = {
            **self._last,
            "object": "chat.completion.chunk",
            "choices": choices,
            KEY: self._reading.told,
        }
        return [b"data: " + json.dumps(told).encode() + b"\n\n"]

    def _response_event(self, event: bytes, told: Json) -> bytes:
        response = told.get("response")
        if told.get("type") not in ENDS or not isinstance(response, dict):
            return event
        if not _add_to_response(response, self._reading):
            return event
        response[KEY] = self._reading.told
        name = f"event: {told['type']}\n".encode()
        return name + b"data: " + json.dumps(told).encode() + b"\n\n"


async def whole_events(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The events of a stream, however it was cut into pieces; what is left at its end comes too."""
    left = b""
    async for piece in pieces:
        left += piece
        while (end := _end_of_event(left)) is not None:
            yield left[:end]
            left = left[end:]
    if left:
        yield left


def data_of(event: bytes) -> bytes | None:
    """The data of an event; None for a comment."""
    lines = [
        line[5:].removeprefix(b" ") for line in event.splitlines() if line.startswith(b"data:")
    ]
    return b"\n".join(lines) if lines else None


def _end_of_event(text: bytes) -> int | None:
    ends = [(text.find(mark), len(mark)) for mark in (b"\n\n", b"\r\n\r\n", b"\r\r")]
    found = [at + length for at, length in ends if at >= 0]
    return min(found) if found else None


def _add_to_response(response: Json, reading: ReadingBack) -> bool:
    output = response.get("output")
    if not isinstance(output, list):
        return False
    for item in output:
        content = item.get("content") if isinstance(item, dict) else None
        for part in content if isinstance(content, list) else ():
            if isinstance(part, dict) and isinstance(part.get("text"), str):
                part.update(reading.read(part["text"]))
    return True


def _object(data: bytes) -> dict[str, Any] | None:  # Any: what JSON holds
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
