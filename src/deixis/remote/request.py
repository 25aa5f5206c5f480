"""The request that asks one question: its JSON, and the fingerprint under which it is known."""

import hashlib
import json
import secrets
from collections.abc import Callable
from itertools import islice
from typing import TypeAlias

from deixis.core.image import Image
from deixis.models.interface import Generation, Question, image_of
from deixis.remote.sent_pictures import SentPictures
from deixis.remote.server_settings import Remote

Json: TypeAlias = dict[str, object]
PLACE = secrets.token_hex(16)  # of a picture; no words that are asked hold it


def request_body(
    remote: Remote,
    question: Question,
    settings: Generation,
    *,
    stream: bool,
    pictures: SentPictures | None = None,
) -> bytes:
    """The JSON that is posted, its pictures as data URLs."""
    known = pictures or SentPictures(remote.image_format)
    urls: list[bytes] = []

    def shown(image: Image) -> str:
        urls.append(known.url(image))
        return f"{PLACE}:{len(urls) - 1}:"

    body = _body(remote, question, settings, shown)
    body["stream"] = stream
    if stream:
        body["stream_options"] = {"include_usage": True}
    told = json.dumps(body).encode()
    for number, url in enumerate(urls):  # which need no escapes, and are most of the body
        told = told.replace(f"{PLACE}:{number}:".encode(), url, 1)
    return told


def fingerprint(
    remote: Remote,
    question: Question,
    settings: Generation,
    *,
    pictures: SentPictures | None = None,
) -> str:
    """SHA-256 of all that decides the answer: server, words, settings and pixels.

    Pixels stand for the file made of them, so that another version of an image library does not
    change the fingerprint; streaming is left out, since it does not change the answer.
    """
    known = pictures or SentPictures(remote.image_format)
    told = {"url": remote.url, "body": _body(remote, question, settings, known.name)}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def is_repeatable(settings: Generation) -> bool:
    """Whether the same request asks for the same answer: it is greedy, or has a seed."""
    return settings.temperature == 0 or settings.seed is not None


def _body(
    remote: Remote, question: Question, settings: Generation, shown: Callable[[Image], str]
) -> Json:
    left = iter(question.pictures)
    messages: list[Json] = []
    for turn in question.turns:
        content: list[Json] = [
            {"type": "image_url", "image_url": {"url": shown(image_of(picture))}}
            for picture in islice(left, turn.num_pictures)
        ]
        content.append({"type": "text", "text": turn.text})
        is_answer = turn.role == "assistant"  # of which servers take text alone
        messages.append({"role": turn.role, "content": turn.text if is_answer else content})
    if question.system is not None:
        messages.insert(0, {"role": "system", "content": question.system})
    body: Json = {
        "model": remote.model,
        "messages": messages,
        remote.limit_name: settings.max_new_tokens,
        "temperature": settings.temperature,
        "top_p": settings.top_p,
    }
    if settings.seed is not None:
        body["seed"] = settings.seed
    if settings.stop:
        body["stop"] = list(settings.stop)
    if settings.schema:  # without one, a request is what it was before there were schemas
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {
                "name": "answer",
                "strict": True,
                "schema": json.loads(settings.schema),
            },
        }
    return body
