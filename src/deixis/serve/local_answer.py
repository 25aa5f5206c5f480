"""The answer of a model that is here, as OpenAI's JSON: whole, and in events."""

import json
import secrets
import time
from typing import Any, final

from deixis.models.interface import Completion
from deixis.serve.prepared import LocalAsked
from deixis.serve.shapes import CHAT, Json, RequestShape


@final
class LocalAnswer:
    """One answer, as it grows."""

    def __init__(self, asked: LocalAsked, shape: RequestShape) -> None:
        self._asked, self._shape = asked, shape
        self._created = int(time.time())
        self._id = ("chatcmpl-" if shape is CHAT else "resp_") + secrets.token_hex(12)
        self._text = ""
        self._number = 0

    def begin(self) -> list[bytes]:
        """The events before any word."""
        if self._shape is CHAT:
            return [self._chunk({"role": "assistant", "content": ""})]
        return [
            self._event("response.created", response=self._response(None)),
            self._event("response.output_item.added", output_index=0, item=self._item("", False)),
            self._event("response.content_part.added", **self._where, part=_output_text("")),
        ]

    def words(self, words: str) -> bytes:
        """More words of the answer."""
        self._text += words
        if self._shape is CHAT:
            return self._chunk({"content": words})
        return self._event("response.output_text.delta", **self._where, delta=words)

    def end(self, done: Completion) -> list[bytes]:
        """The events after the last word."""
        if self._shape is CHAT:
            events = [self._chunk({}, finish=done.finish)]
            if self._asked.tells_usage:
                events.append(self._chunk(None, usage=_usage(done)))
            return [*events, b"data: [DONE]\n\n"]
        response = self._response(done)
        name = "response.completed" if done.finish == "stop" else "response.incomplete"
        part = _output_text(done.text)
        return [
            self._event("response.output_text.done", **self._where, text=done.text),
            self._event("response.content_part.done", **self._where, part=part),
            self._event(
                "response.output_item.done", output_index=0, item=self._item(done.text, True)
            ),
            self._event(name, response=response),
        ]

    def whole(self, done: Completion) -> bytes:
        """All of it at once."""
        if self._shape is not CHAT:
            return json.dumps(self._response(done)).encode()
        message = {"role": "assistant", "content": done.text}
        choice = {"index": 0, "message": message, "finish_reason": done.finish, "logprobs": None}
        told = {
            "id": self._id,
            "object": "chat.completion",
            "created": self._created,
            "model": self._asked.model,
            "choices": [choice],
            "usage": _usage(done),
        }
        return json.dumps(told).encode()

    @property
    def _where(self) -> Json:
        return {"item_id": f"msg_{self._id[5:]}", "output_index": 0, "content_index": 0}

    def _chunk(
        self, delta: Json | None, *, finish: str | None = None, usage: Json | None = None
    ) -> bytes:
        choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
        told: Json = {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._asked.model,
            "choices": choices,
        }
        if usage is not None:
            told["usage"] = usage
        return b"data: " + json.dumps(told).encode() + b"\n\n"

    def _event(self, name: str, **told: Any) -> bytes:  # Any: what JSON holds
        record = {"type": name, "sequence_number": self._number, **told}
        self._number += 1
        return f"event: {name}\n".encode() + b"data: " + json.dumps(record).encode() + b"\n\n"

    def _item(self, text: str, is_done: bool) -> Json:
        return {
            "id": f"msg_{self._id[5:]}",
            "type": "message",
            "role": "assistant",
            "status": "completed" if is_done else "in_progress",
            "content": [_output_text(text)] if is_done else [],
        }

    def _response(self, done: Completion | None) -> Json:
        status = "in_progress"
        if done is not None:
            status = "completed" if done.finish == "stop" else "incomplete"
        settings = self._asked.settings
        is_cut = status == "incomplete"
        return {
            "id": self._id,
            "object": "response",
            "created_at": self._created,
            "status": status,
            "model": self._asked.model,
            "output": [] if done is None else [self._item(done.text, True)],
            "usage": None if done is None else _response_usage(done),
            "error": None,
            "incomplete_details": {"reason": "max_output_tokens"} if is_cut else None,
            "instructions": None,
            "metadata": {},
            "parallel_tool_calls": True,
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "tool_choice": "auto",
            "tools": [],
        }


def _output_text(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": []}


def _usage(done: Completion) -> Json:
    prompt = 0 if done.usage is None else done.usage.prompt
    answer = len(done.tokens)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": answer,
        "total_tokens": prompt + answer,
    }


def _response_usage(done: Completion) -> Json:
    told = _usage(done)
    return {
        "input_tokens": told["prompt_tokens"],
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": told["completion_tokens"],
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": told["total_tokens"],
    }
