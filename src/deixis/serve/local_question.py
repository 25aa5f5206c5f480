"""A conversation becomes a question to a model that is here."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, final

from deixis.ask.model import Model
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.untrusted_text import shown
from deixis.encodings import Frame
from deixis.models.interface import ChatTurn, Generation, Question
from deixis.serve.api_error import ApiError
from deixis.serve.conversation import Conversation
from deixis.serve.plan import PicturePlan, filled, planned
from deixis.serve.prepared import LocalAsked, Prepared, Preparing
from deixis.serve.settings import ServedModel
from deixis.serve.shapes import RequestShape
from deixis.serve.showing import SentPicture, ShownRegions, show_regions

SYSTEM = ("system", "developer")
LENGTHS = ("max_completion_tokens", "max_tokens", "max_output_tokens")
LONGEST = 4096  # tokens of an answer
UNTAKEN = ("tools", "functions", "audio", "modalities", "logit_bias", "prediction")


@final
@dataclass(kw_only=True)
class _Turns:
    """The turns of a conversation as they are gathered."""

    system: list[str] = field(default_factory=list)
    turns: list[ChatTurn] = field(default_factory=list)

    def add(self, role: Literal["user", "assistant"], text: str, num_pictures: int) -> None:
        if self.turns and self.turns[-1].role == role:
            last = self.turns.pop()
            text = f"{last.text}\n{text}" if last.text and text else last.text or text
            num_pictures += last.num_pictures
        self.turns.append(ChatTurn(role=role, text=text, num_pictures=num_pictures))


async def local_question(
    conversation: Conversation, served: ServedModel, model: Model, preparing: Preparing
) -> Prepared:
    """The question; ApiError where a model that is here cannot be asked so."""
    settings = _settings(conversation)
    plan = planned(conversation, served)
    urls = await preparing.addresses(conversation)
    opened: dict[int, Image] = {}
    for one in conversation.pictures:
        opened[one.number] = await preparing.opened(urls[one.number], f"{one.part.path}.image_url")
    return await asyncio.to_thread(_prepared, conversation, served, model, plan, opened, settings)


def _prepared(
    conversation: Conversation,
    served: ServedModel,
    model: Model,
    plan: PicturePlan,
    opened: Mapping[int, Image],
    settings: Generation,
) -> Prepared:
    made: dict[int, ShownRegions] = {}
    for picture in conversation.pictures:
        number = picture.number
        try:
            made[number] = show_regions(
                model,
                opened[number],
                plan.encodings[number],
                first=plan.first[number],
                total=plan.total,
                marks=conversation.settings.survival or served.survival,
            )
        except UsageError as wrong:
            raise ApiError(400, str(wrong), param=picture.part.path) from None
    question = _question(conversation, made)
    told = [warning for one in made.values() for warning in one.warnings]
    return Prepared(
        body=b"",
        sent=tuple(_sent(frame) for one in made.values() for frame in one.frames),
        about=None if plan.about is None else _sent(made[plan.about].frames[0]),
        warnings=tuple(dict.fromkeys([*told, plan.note] if plan.note else told)),
        num_regions=sum(map(len, plan.encodings.values())),
        num_pixels=sum(image.size.area for image in opened.values()),
        asked=LocalAsked(
            question=question,
            settings=settings,
            is_streamed=conversation.is_streamed,
            tells_usage=_tells_usage(conversation.body),
            model=conversation.model,
        ),
    )


def _sent(frame: Frame) -> SentPicture:
    return SentPicture(
        url="",
        sha256=frame.image.sha256,
        size=frame.image.size,
        back=frame.transform.inverse(),
    )


def _question(conversation: Conversation, made: Mapping[int, ShownRegions]) -> Question:
    """The turns with their words filled in, and all pictures in their order."""
    shape, body = conversation.shape, conversation.body
    phrases = {name: words for one in made.values() for name, words in one.phrases.items()}
    numbers = {one.part.place: one.number for one in conversation.pictures}
    gathered, pictures = _Turns(), list[Image]()
    if isinstance(body.get(shape.system), str) and shape.system:
        gathered.system.append(filled(body[shape.system], phrases))
    if isinstance(body.get(shape.turns), str):
        gathered.add("user", filled(body[shape.turns], phrases), 0)
    for place, message in enumerate(shape.messages(body)):
        path = f"{shape.turns}[{place}]"
        role = message.get("role") if isinstance(message, dict) else None
        if not isinstance(message, dict) or role not in (*SYSTEM, "user", "assistant"):
            raise ApiError(
                400,
                f"a message is of the system, the user or the assistant here, got {shown(role)}",
                param=f"{path}.role",
            )
        words, shown_here = _said(message.get("content"), path, place, shape, numbers)
        text = filled("\n".join(words), phrases)
        if role in SYSTEM:
            gathered.system.append(text)
            continue
        frames = [frame.image for number in shown_here for frame in made[number].frames]
        pictures += frames
        gathered.add(role, text, len(frames))
    turns = gathered.turns
    if not turns or turns[-1].role != "user" or turns[0].role != "user":
        told = "a conversation begins and ends with the user's words"
        raise ApiError(400, told, param=shape.turns)
    return Question(
        pictures=tuple(pictures),
        text=turns[-1].text,
        system="\n".join(gathered.system) or None,
        earlier=tuple(turns[:-1]),
    )


def _said(
    content: object,
    path: str,
    place: int,
    shape: RequestShape,
    numbers: Mapping[tuple[int, int], int],
) -> tuple[list[str], list[int]]:
    """The words of a message, and the numbers of its pictures."""
    if isinstance(content, str):
        return [content], []
    if not isinstance(content, list):
        raise ApiError(
            400, "a message's content is text, or a list of parts", param=f"{path}.content"
        )
    words, pictures = list[str](), list[int]()
    for turn, part in enumerate(content):
        if (place, turn) in numbers:
            pictures.append(numbers[place, turn])
        elif isinstance(part, dict) and shape.is_words(part):
            words.append(part["text"])
        else:
            told = "this model takes parts with text and with pictures"
            raise ApiError(400, told, param=f"{path}.content[{turn}]")
    return words, pictures


def _settings(conversation: Conversation) -> Generation:
    body = conversation.body
    for key in UNTAKEN:
        if body.get(key):
            raise _untaken(key)
    if body.get("n") not in (None, 1):
        raise _untaken("n")
    if body.get("logprobs") or body.get("top_logprobs"):
        raise _untaken("logprobs")
    form = body.get("response_format")
    if form is not None and form != {"type": "text"}:
        raise _untaken("response_format")
    stop = body.get("stop")
    told: dict[str, Any] = {  # Any: each is checked by Generation
        "max_new_tokens": next((body[key] for key in LENGTHS if body.get(key) is not None), None),
        "temperature": body.get("temperature"),
        "top_p": body.get("top_p"),
        "seed": body.get("seed"),
        "stop": (stop,) if isinstance(stop, str) else stop,
    }
    try:
        settings = Generation(**{name: value for name, value in told.items() if value is not None})
    except (UsageError, TypeError) as wrong:
        raise ApiError(400, f"these settings cannot be: {wrong}") from None
    if settings.max_new_tokens > LONGEST:
        raise ApiError(400, f"an answer has at most {LONGEST} tokens here", param="max_tokens")
    return settings


def _untaken(key: str) -> ApiError:
    return ApiError(400, f"a model that is loaded here takes no {key}", param=key)


def _tells_usage(body: Mapping[str, Any]) -> bool:  # Any: what JSON holds
    options = body.get("stream_options")
    return isinstance(options, dict) and options.get("include_usage") is True
