"""Regions are added to an answer, whole or streamed; all else of it stays as the upstream wrote it.

In a stream they come in one event after the last words, before the usage and the end; what was sent
is told with the first event, of which alone OpenAI's own package keeps what it does not know.
"""

import json
from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, final

from deixis.serve.held_calls import HeldCalls
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
                calls = message.get("tool_calls")
                message.update(_rewritten(_functions(calls), reading))
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
        self._is_told = self._is_added = False
        is_held = reading.tools is not None and shape is CHAT
        self._held = HeldCalls(partial(_rewritten, reading=reading)) if is_held else None

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
        after = self._calls(choices)
        is_first = not self._is_told and any(map(_says, choices))
        self._is_told = self._is_told or is_first
        if is_first or after is not None:
            event = _event({**told, **({KEY: self._reading.told} if is_first else {})})
        for choice in choices:
            delta = choice.get("delta") if isinstance(choice, dict) else None
            content = delta.get("content") if isinstance(delta, dict) else None
            number = choice.get("index") if isinstance(choice, dict) else None
            if isinstance(number, int):
                said = self._said.setdefault(number, [])
                said += [content] if isinstance(content, str) else []
        return [event, *(after or [])]

    def _calls(self, choices: Sequence[object]) -> list[bytes] | None:
        """Calls that are whole now; None where nothing of a piece of an answer is held back."""
        if self._held is None:
            return None
        records = [choice for choice in choices if isinstance(choice, dict)]
        num_held = sum(map(self._held.hold, records))
        whole = self._held.ended(records)
        return [self._chunk([one]) for one in whole] if num_held or whole else None

    def _chunk(self, choices: Sequence[Json], **more: Json) -> bytes:
        told = {**self._last, "object": "chat.completion.chunk", "choices": choices, **more}
        return _event(told)

    def _added(self) -> list[bytes]:
        if self._is_added or self._shape is not CHAT:
            return []
        self._is_added = True
        left = [] if self._held is None else [self._held.taken(n) for n in self._held.left]
        choices = [
            {"index": number, "delta": self._reading.read("".join(said)), "finish_reason": None}
            for number, said in sorted(self._said.items())
        ]
        calls = [self._chunk(left)] if left else []
        more = {} if self._is_told else {KEY: self._reading.told}
        return [*calls, self._chunk(choices, **more)]

    def _response_event(self, event: bytes, told: Json) -> bytes:
        response = told.get("response")
        if told.get("type") not in ENDS or not isinstance(response, dict):
            return event
        if not _add_to_response(response, self._reading):
            return event
        response[KEY] = self._reading.told
        return f"event: {told['type']}\n".encode() + _event(told)


def _says(choice: object) -> bool:
    """Whether a piece of an answer says something, or begins to."""
    return isinstance(choice, dict) and isinstance(choice.get("delta"), dict)


def _event(told: Json) -> bytes:
    return b"data: " + json.dumps(told).encode() + b"\n\n"


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
    items = [item for item in output if isinstance(item, dict)]
    for item in items:
        content = item.get("content")
        for part in content if isinstance(content, list) else ():
            if isinstance(part, dict) and isinstance(part.get("text"), str):
                part.update(reading.read(part["text"]))
        if item.get("type") == "function_call":
            item.update(_rewritten([item], reading))
    return True


def _functions(calls: object) -> list[Json]:
    """What of a message's calls has arguments."""
    records = [one for one in calls if isinstance(one, dict)] if isinstance(calls, list) else []
    return [one["function"] for one in records if isinstance(one.get("function"), dict)]


def _rewritten(functions: Sequence[Json], reading: ReadingBack) -> Json:
    """Places in arguments are rewritten there; what they were is told beside, by the call."""
    if reading.tools is None:
        return {}
    regions: list[Json] = []
    unread: list[Json] = []
    for turn, function in enumerate(functions):
        if not isinstance(function.get("arguments"), str):
            continue
        found = reading.tools.rewritten(function["arguments"])
        function["arguments"] = found.text
        regions += [{"call": turn, **one} for one in found.regions]
        unread += [{"call": turn, **one} for one in found.unread]
    return {"tool_regions": regions, "tool_unread": unread}


def _object(data: bytes) -> dict[str, Any] | None:  # Any: what JSON holds
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None
