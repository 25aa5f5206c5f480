"""A request of ours becomes the upstream's: pictures drawn on, words filled in, our keys left."""

import asyncio
import base64
import json
import re
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, final

from deixis.core.errors import FetchError
from deixis.core.fetch import fetch_bytes
from deixis.core.image import Image
from deixis.core.picture_headers import file_kind
from deixis.models.interface import Generation, Question
from deixis.serve.api_error import ApiError
from deixis.serve.conversation import REGIONS, Conversation, PictureGiven, scheme_of
from deixis.serve.picture_workers import PictureWorkers
from deixis.serve.plan import PicturePlan, filled, planned
from deixis.serve.pointing_settings import KEY
from deixis.serve.settings import ServedModel, Serving
from deixis.serve.shapes import Json, RequestShape
from deixis.serve.showing import MadePicture, OpenJob, SentPicture, ShowJob

WEB = ("http", "https")
MOST_FETCHED = 64  # pictures at a time
UNFETCHED = (
    "the answer's places are not read: the picture was not opened here, as it is a web address"
)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A request as the upstream gets it. `about` is the picture that the answer's places are of;
    without one nothing is read, for the reason in the `warnings`.
    """

    body: bytes
    sent: tuple[SentPicture, ...] = ()
    about: SentPicture | None = None
    warnings: tuple[str, ...] = ()
    num_regions: int = 0
    num_pixels: int = 0
    asked: "LocalAsked | None" = None  # in place of a body, of a model that is here


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class LocalAsked:
    """A question as a model that is here takes it."""

    question: Question
    settings: Generation
    is_streamed: bool
    tells_usage: bool  # at the end of a stream
    model: str


@final
class Preparing:
    """Requests are prepared for upstreams, and their pictures opened for models of our own."""

    def __init__(self, serving: Serving, workers: PictureWorkers) -> None:
        self.serving, self.workers = serving, workers
        self.policy = serving.pictures.policy(serving.limits)
        # of their own: slow hosts would keep all others' threads
        self._fetching = ThreadPoolExecutor(MOST_FETCHED, thread_name_prefix="deixis-fetch")

    async def for_upstream(self, conversation: Conversation, model: ServedModel) -> Prepared:
        """A conversation as an upstream takes it."""
        plan = planned(conversation, model)
        urls = await self.addresses(conversation)
        needed = [one for one in conversation.pictures if _is_needed(one, plan, urls)]
        jobs = [self._shown(one, urls[one.number], plan, conversation, model) for one in needed]
        numbers = [one.number for one in needed]
        shown = dict(zip(numbers, await asyncio.gather(*jobs), strict=True))
        body = _written(conversation, shown, urls, model.remote().model, model.cache_ids)
        made = None if plan.about is None else shown.get(plan.about)
        told = [warning for one in shown.values() for warning in one.warnings]
        sent = tuple(picture for one in shown.values() for picture in one.pictures)
        if plan.note or (plan.about is not None and made is None):
            told.append(plan.note or UNFETCHED)
        return Prepared(
            body=body,
            sent=sent,
            about=None if made is None else made.pictures[0],
            warnings=tuple(dict.fromkeys(told)),
            num_regions=sum(map(len, plan.encodings.values())),
            num_pixels=sum(picture.size.area for picture in sent),
        )

    async def untouched(self, conversation: Conversation, data: bytes, name: str) -> Prepared:
        """A conversation without keys of ours: the same bytes, unless the upstream knows the model
        by another `name`, or pictures are fetched here.
        """
        urls = await self.addresses(conversation)
        if any(urls[one.number] != one.url for one in conversation.pictures):
            return Prepared(body=_written(conversation, {}, urls, name))
        if conversation.model != name:
            return Prepared(body=_json({**conversation.body, "model": name}))
        return Prepared(body=data)

    async def opened(self, url: str, path: str) -> Image:
        """A picture, decoded apart from the server."""
        if scheme_of(url) in WEB:
            told = "this server fetches no pictures: send it as a data: URL"
            raise ApiError(400, told, param=path)
        try:
            return await self.workers.do(OpenJob(url=url, limits=self.serving.limits.images))
        except ApiError as error:
            raise _at(error, path) from None

    async def addresses(self, conversation: Conversation) -> dict[int, str]:
        """The address of each picture, fetched where that is wanted; ApiError for a denied one."""
        how = self.serving.pictures.urls
        web = [one for one in conversation.pictures if scheme_of(one.url) in WEB]
        if web and how == "deny":
            told = "this server takes no web addresses of pictures: send a data: URL"
            path = f"{web[0].part.path}.image_url"
            raise ApiError(400, told, param=path, code="url_denied")
        found = {one.number: one.url for one in conversation.pictures}
        if how == "fetch":
            fetched = await asyncio.gather(*map(self._fetched, web))
            found.update(zip((one.number for one in web), fetched, strict=True))
        return found

    async def _fetched(self, picture: PictureGiven) -> str:
        loop = asyncio.get_running_loop()
        try:
            fetched = await loop.run_in_executor(
                self._fetching, fetch_bytes, picture.url, self.policy
            )
        except FetchError:  # whose words would tell what stands where
            told = "the picture's address is refused, or gave no picture"
            path = f"{picture.part.path}.image_url"
            raise ApiError(400, told, param=path, code="picture_not_fetched") from None
        kind = (file_kind(fetched.data) or "").lower()
        return f"data:image/{kind};base64,{base64.b64encode(fetched.data).decode()}"

    async def _shown(
        self,
        picture: PictureGiven,
        url: str,
        plan: PicturePlan,
        conversation: Conversation,
        model: ServedModel,
    ) -> MadePicture:
        path = picture.part.path
        if scheme_of(url) != "data":
            told = "a picture with regions is sent as a data: URL: this server fetches none"
            raise ApiError(400, told, param=f"{path}.image_url")
        job = ShowJob(
            url=url,
            encodings=plan.encodings[picture.number],
            first=plan.first[picture.number],
            total=plan.total,
            model=model,
            dialect=conversation.settings.dialect or "",
            marks=conversation.settings.survival or model.survival,
            limits=self.serving.limits.images,
        )
        try:
            return await self.workers.do(job)
        except ApiError as error:
            raise _at(error, path) from None


def _is_needed(picture: PictureGiven, plan: PicturePlan, urls: Mapping[int, str]) -> bool:
    """Whether a picture is opened: it has regions, or is measured for the answer's places."""
    if plan.encodings[picture.number]:
        return True
    return picture.number == plan.about and scheme_of(urls[picture.number]) == "data"


def _at(error: ApiError, path: str) -> ApiError:
    return ApiError(error.status, str(error), param=path, code=error.code, headers=error.headers)


@final
class _Addresses:
    """Addresses of pictures that were made here. JSON's writer takes long for them, and they have
    nothing to be escaped: so they are put into what it has written.
    """

    def __init__(self) -> None:
        self._mark = secrets.token_hex(16)  # which no request holds
        self._all: list[str] = []

    def token(self, address: str) -> str:
        """What stands for an address meanwhile."""
        self._all.append(address)
        return f"{self._mark}:{len(self._all) - 1}:"

    def put_into(self, written: bytes) -> bytes:
        """The JSON with the addresses in it."""
        parts = re.split(f"{self._mark}:([0-9]+):".encode(), written)
        parts[1::2] = [self._all[int(number)].encode() for number in parts[1::2]]
        return b"".join(parts)


def _json(body: Json) -> bytes:
    try:
        return json.dumps(body, allow_nan=False).encode()
    except RecursionError:
        raise ApiError(400, "the request is nested too deeply", code="invalid_json") from None
    except ValueError:
        raise ApiError(400, "the request holds a number that JSON has no word for") from None


def _written(
    conversation: Conversation,
    shown: Mapping[int, MadePicture],
    urls: Mapping[int, str],
    name: str,
    tells_ids: bool = False,
) -> bytes:
    """The request without our keys, its pictures and words exchanged, of the model by that name."""
    shape, body = conversation.shape, {**conversation.body, "model": name}
    body.pop(KEY, None)
    phrases = {name: words for one in shown.values() for name, words in one.phrases.items()}
    if isinstance(body.get(shape.system), str):
        body[shape.system] = filled(body[shape.system], phrases)
    if isinstance(body.get(shape.turns), str):
        body[shape.turns] = filled(body[shape.turns], phrases)
        return _json(body)
    addresses = _Addresses()
    writing = _Writing(
        shape=shape,
        phrases=phrases,
        urls=urls,
        shown=shown,
        tells_ids=tells_ids,
        addresses=addresses,
    )
    numbers = {one.part.place: one.number for one in conversation.pictures}
    body[shape.turns] = [
        writing.message(message, place, numbers)
        for place, message in enumerate(shape.messages(body))
    ]
    return addresses.put_into(_json(body))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Writing:
    """With what the messages are written anew."""

    shape: RequestShape
    phrases: Mapping[str, str]
    urls: Mapping[int, str]
    shown: Mapping[int, MadePicture]
    tells_ids: bool
    addresses: _Addresses

    def message(
        self, message: Any, place: int, numbers: Mapping[tuple[int, int], int]
    ) -> Any:  # Any: what JSON holds
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, str):
            return {**message, "content": filled(content, self.phrases)}
        if not isinstance(content, list):
            return message
        parts: list[Any] = []
        for turn, part in enumerate(content):
            number = numbers.get((place, turn))
            parts += [self._worded(part)] if number is None else self._pictured(part, number)
        return {**message, "content": parts}

    def _worded(self, part: Any) -> Any:  # Any: what JSON holds
        if isinstance(part, dict) and self.shape.is_words(part):
            return {**part, "text": filled(part["text"], self.phrases)}
        return part

    def _pictured(self, part: Json, number: int) -> list[Json]:
        """A picture's part, and those of the crops that come with it."""
        own = {key: value for key, value in part.items() if key != REGIONS}
        url, made = self.urls[number], self.shown.get(number)
        if made is None:
            same = url == self.shape.address(part) or not url
            return [own if same else self.shape.with_address(own, url)]
        parts = []
        for picture in made.pictures:
            made_here = picture.url and self.addresses.token(picture.url)
            there = self.shape.with_address(own, made_here or url)
            if picture.url is not None:  # the client's is of the picture as it came
                there.pop("uuid", None)
            if self.tells_ids and picture.sha256:
                there.setdefault("uuid", picture.sha256)
            parts.append(there)
        return parts
