"""A dialogue about pictures: each question comes with what was said before."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar, cast, final

from deixis.ask.answer import Answer
from deixis.ask.answer_stream import AnswerStream
from deixis.ask.asking import History, Pictures, exchange, exchanges, turns_given
from deixis.ask.background import AskingThreads, awaited, streamed
from deixis.ask.composer import Exchange
from deixis.ask.model import Model
from deixis.ask.sent import Sent
from deixis.ask.verbs import without_first
from deixis.core import given
from deixis.core.errors import UsageError
from deixis.core.files import read_text, write_text
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.json_lines import parse
from deixis.core.typed_json import object_of, read_as
from deixis.core.untrusted_text import shown

Given = ParamSpec("Given")
Said = TypeVar("Said", Answer, AnswerStream)
VERSION = "chat/1"


def _in_chat(
    verb: Callable[Concatenate[Model, Pictures, Given], Said],
) -> Callable[Concatenate["Chat", Given], Said]:
    """A verb of a model becomes one of a chat, which has its pictures and its turns."""
    whole = cast("Callable[..., Said]", verb)  # `history` is among what it takes

    @wraps(verb)
    def asked(chat: "Chat", /, *args: Given.args, **kwargs: Given.kwargs) -> Said:
        if "history" in kwargs:
            raise UsageError("a chat has its own history: give it to Model.chat, at the beginning")
        said = whole(chat.model, chat.images, *args, history=tuple(chat), **kwargs)
        if isinstance(said, Answer):
            chat.add(said)
        else:
            said.then(chat.add)
        return said

    asked.__signature__ = without_first(verb, but="history")  # type: ignore[attr-defined]
    return asked


@final
class Chat:
    """A dialogue with a model about pictures, made by `Model.chat`. It is history for another
    question too: `history=chat`. One question at a time.
    """

    def __init__(self, model: Model, images: tuple[Image, ...], *, history: History = ()) -> None:
        self.model = model
        self.images = images
        self._turns = turns_given(history)
        self._last: Answer | None = None
        self._answers = {at: one for at, one in enumerate(self._turns) if isinstance(one, Answer)}

    ask = _in_chat(Model.ask)
    stream = _in_chat(Model.stream)
    ask_async = awaited(ask)
    stream_async = streamed(stream)

    @property
    def threads(self) -> AskingThreads:
        """The threads in which the model is asked."""
        return self.model.threads

    def __iter__(self) -> Iterator[Answer | Exchange]:
        return iter(self._turns)

    def __len__(self) -> int:
        return len(self._turns)

    def __repr__(self) -> str:
        questions = "1 question" if len(self) == 1 else f"{len(self)} questions"
        return f"Chat({self.model.vlm.name!r}, {questions})"

    def __str__(self) -> str:
        """The words of both."""
        return "\n".join(f"> {question}\n{answer}" for question, answer in self.turns)

    def _repr_html_(self) -> str:
        from deixis.ask.answer_shown import chat_html

        turns = [self._answers.get(at, one) for at, one in enumerate(self._turns)]
        return chat_html(self.model.vlm.name, turns)

    @property
    def turns(self) -> list[tuple[str, str]]:
        """Each question as it was sent, and its answer."""
        return [
            (one.sent.text, one.text) if isinstance(one, Answer) else (one.question, one.answer)
            for one in self._turns
        ]

    def add(self, answer: Answer) -> None:
        """What was asked with all before it is the newest turn."""
        given.instance("answer", answer, Answer, "an Answer")
        self._turns = [*exchanges(answer.sent), exchange(answer)]
        self._last = answer
        self._answers[len(self._turns) - 1] = answer

    def save(self, path: str | Path) -> None:
        """To a file, whole or not at all."""
        place = given.path("path", path)
        if self._last is None:
            raise UsageError("nothing was asked in this chat: there is nothing to save")
        record = {
            "deixis": VERSION,
            "images": [
                {"png": base64.b64encode(one.png()).decode(), "source": one.source}
                for one in self.images
            ],
            "sent": self._last.sent.to_json(),
            "answer": self._last.text,
        }
        write_text(place, json.dumps(record, ensure_ascii=False))

    @classmethod
    def load(cls, path: str | Path, model: Model) -> "Chat":
        """From a file, to go on with that model."""
        path = given.path("path", path)
        given.instance("model", model, Model, "a Model, which goes on with it")
        try:
            told = object_of(parse(read_text(path)), name="a record")
            version = told.pop("deixis", None)
            if version != VERSION:
                raise UsageError(f"this Deixis reads {VERSION}, got {shown(version)}")
            record = read_as(_ChatRecord, told, name="chat")
            pictures = tuple(_picture(one) for one in record.images)
        except (OSError, ValueError, UsageError) as broken:
            raise UsageError(f"{path}: not a saved chat: {broken}") from None
        sent = Sent.from_json(record.sent)
        last = Exchange(question=sent.text, answer=record.answer, frames=sent.frames)
        return cls(model, pictures, history=[*exchanges(sent), last])


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _ChatPicture:
    """A picture as the record holds it."""

    png: str
    source: str


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _ChatRecord:
    """What the record holds beside its version."""

    images: tuple[_ChatPicture, ...]
    sent: str
    answer: str


def _picture(record: _ChatPicture) -> Image:
    opened = open_image(base64.b64decode(record.png, validate=True))
    return Image(pixels=opened.pixels, source=record.source)
