"""Where pictures and words stand in a request: of chat completions, and of responses."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, final

Json: TypeAlias = dict[str, Any]  # Any: what JSON holds


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ContentPart:
    """A part of a message's content, with its place in the request."""

    path: str
    place: tuple[int, int]  # of the message, and in it
    record: Json


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class RequestShape:
    """One of OpenAI's two ways to put a conversation. `words` are the types of parts with text,
    `picture` that of a picture, `system` a key of the request whose text is said first.
    """

    path: str
    turns: str
    words: tuple[str, ...]
    picture: str
    system: str
    is_nested: bool  # a picture's address is in an object of its own

    def messages(self, body: Json) -> list[object]:
        """The turns, as far as they are a list."""
        found = body.get(self.turns)
        return found if isinstance(found, list) else []

    def parts(self, body: Json) -> Iterator[ContentPart]:
        """All parts of all messages that are objects."""
        for number, message in enumerate(self.messages(body)):
            content = message.get("content") if isinstance(message, dict) else None
            for turn, record in enumerate(content if isinstance(content, list) else ()):
                if isinstance(record, dict):
                    path = f"{self.turns}[{number}].content[{turn}]"
                    yield ContentPart(path=path, place=(number, turn), record=record)

    def is_picture(self, record: Json) -> bool:
        """Whether a part shows a picture."""
        return record.get("type") == self.picture

    def address(self, record: Json) -> str | None:
        """A picture's address; None where there is none that is text."""
        told = record.get("image_url")
        if isinstance(told, dict):
            told = told.get("url")
        return told if isinstance(told, str) else None

    def with_address(self, record: Json, url: str) -> Json:
        """The same part with another picture."""
        told = record.get("image_url")
        if isinstance(told, dict):
            return {**record, "image_url": {**told, "url": url}}
        return {**record, "image_url": {"url": url} if self.is_nested else url}

    def texts(self, body: Json) -> Iterator[str]:
        """All that is said in the conversation."""
        if isinstance(body.get(self.system), str) and self.system:
            yield body[self.system]
        if isinstance(body.get(self.turns), str):
            yield body[self.turns]
        for message in self.messages(body):
            content = message.get("content") if isinstance(message, dict) else None
            if isinstance(content, str):
                yield content
        for part in self.parts(body):
            if self.is_words(part.record):
                yield part.record["text"]

    def is_words(self, record: Json) -> bool:
        """Whether a part is text."""
        return record.get("type") in self.words and isinstance(record.get("text"), str)


CHAT = RequestShape(
    path="/v1/chat/completions",
    turns="messages",
    words=("text",),
    picture="image_url",
    system="",
    is_nested=True,
)
RESPONSES = RequestShape(
    path="/v1/responses",
    turns="input",
    words=("input_text", "output_text"),
    picture="input_image",
    system="instructions",
    is_nested=False,
)
