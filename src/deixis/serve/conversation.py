"""A request is looked through: its pictures, the regions beside them, and what is ours of it."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, final

from deixis.ask.shown_picture import check_sole
from deixis.ask.slots import NAME, slots
from deixis.core.errors import UsageError
from deixis.core.region_from import region_of
from deixis.core.untrusted_text import shown
from deixis.encodings import Encoding
from deixis.encodings.spec import EncodingSpec
from deixis.serve.api_error import ApiError
from deixis.serve.pointing_settings import KEY, PointingSettings, read_pointing
from deixis.serve.settings import ServedModel, Serving
from deixis.serve.shapes import ContentPart, Json, RequestShape

REGIONS, ENCODING = "regions", "encoding"
PLACE_IN_TEXT = ("start", "end")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
OPENED = re.compile(r"(image|video|audio|file)(_?url)?", re.IGNORECASE)  # by an engine itself
PICTURE, URL = "image_url", "url"
HANDED_ON = ("data", "http", "https")
LONGEST_SPEC = 200  # letters


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PictureGiven:
    """A picture of the conversation, `number` from 1 on; `regions` as they came."""

    number: int
    part: ContentPart
    url: str
    regions: Mapping[str, object]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """A request. Where it `points`, it has keys of ours, and is written anew for the upstream."""

    shape: RequestShape
    body: Json
    pictures: tuple[PictureGiven, ...]
    settings: PointingSettings
    points: bool

    @property
    def model(self) -> str:
        """The name of who is asked."""
        return str(self.body["model"])

    @property
    def is_streamed(self) -> bool:
        """Whether the answer comes word by word."""
        return self.body.get("stream") is True


def read_conversation(body: Json, shape: RequestShape, serving: Serving) -> Conversation:
    """The conversation of a request. What is not ours is not looked at: the upstream does that."""
    limits = serving.limits
    if not isinstance(body.get("model"), str):
        raise ApiError(400, f"model is a name, got {shown(body.get('model'))}", param="model")
    if len(shape.messages(body)) > limits.turns:
        told = f"a conversation has at most {limits.turns} messages here"
        raise ApiError(400, told, param=shape.turns)
    _check_top(body, shape)
    pictures: list[PictureGiven] = []
    for part in shape.parts(body):
        if not shape.is_picture(part.record):
            _check_elsewhere(part)
            continue
        pictures.append(_picture(part, shape, number=len(pictures) + 1))
    is_passed = serving.pictures.urls == "pass"
    check_elsewhere(body, shape, [one.part for one in pictures], is_passed=is_passed)
    if len(pictures) > limits.pictures:
        told = f"a conversation has at most {limits.pictures} pictures here"
        raise ApiError(400, told, param=shape.turns)
    num_regions = sum(len(one.regions) for one in pictures)
    if num_regions > limits.regions:
        told = f"a conversation has at most {limits.regions} regions here, got {num_regions}"
        raise ApiError(400, told, param=shape.turns)
    return Conversation(
        shape=shape,
        body=body,
        pictures=tuple(pictures),
        settings=read_pointing(body.get(KEY, {})),
        points=KEY in body or any(REGIONS in one.part.record for one in pictures),
    )


def encodings_of(conversation: Conversation, model: ServedModel) -> dict[int, dict[str, Encoding]]:
    """Of each picture, by its number, how its regions are shown or said; each named once, and
    spoken of at least once.
    """
    usual = conversation.settings.encoding or model.encoding
    found: dict[int, dict[str, Encoding]] = {}
    places: dict[str, str] = {}
    for picture in conversation.pictures:
        encodings: dict[str, Encoding] = {}
        for name, told in picture.regions.items():
            path = f"{picture.part.path}.{REGIONS}.{name[:80]}"
            if not re.fullmatch(NAME, name):
                told_name = "a region's name is letters, digits and _, not a digit first"
                raise ApiError(400, f"{told_name}, got {shown(name)}", param=path)
            if name in places:
                twice = f"{name!r} is given at {places[name]} already: a name is of one region"
                raise ApiError(400, twice, param=path)
            places[name] = path
            encodings[name] = _encoding(told, usual, path)
        _check_together(encodings, picture)
        found[picture.number] = encodings
    _check_mentioned(conversation, places)
    return found


def _check_together(encodings: Mapping[str, Encoding], picture: PictureGiven) -> None:
    try:
        check_sole(encodings)
    except UsageError as wrong:
        raise ApiError(400, str(wrong), param=f"{picture.part.path}.{REGIONS}") from None


def _check_mentioned(conversation: Conversation, places: Mapping[str, str]) -> None:
    if not places:
        return
    spoken = {name for text in conversation.shape.texts(conversation.body) for name in slots(text)}
    for name, path in places.items():
        if name not in spoken:
            raise ApiError(
                400,
                f"nothing in the conversation speaks of {name!r}: write {{{name}}} in its text",
                param=path,
            )


def _encoding(told: Any, usual: str, path: str) -> Encoding:  # Any: what JSON holds
    spec = usual
    if isinstance(told, dict):  # one of an answer tells where it was said there
        told = {key: value for key, value in told.items() if key not in PLACE_IN_TEXT}
    if isinstance(told, dict) and ENCODING in told:
        told = dict(told)
        spec = told.pop(ENCODING)
        if not isinstance(spec, str) or len(spec) > LONGEST_SPEC:
            wrong = f"an encoding is text, as 'arrow:color=red', got {shown(spec)}"
            raise ApiError(400, wrong, param=f"{path}.{ENCODING}")
    try:
        way = _spec(spec)
    except UsageError as wrong:
        raise ApiError(400, str(wrong), param=f"{path}.{ENCODING}") from None
    try:
        return way.encode({"": region_of(told, name=path)})[""]
    except UsageError as wrong:
        raise ApiError(400, str(wrong), param=path) from None


@lru_cache(maxsize=256)
def _spec(spec: str) -> EncodingSpec:
    return EncodingSpec.of(spec)


def _picture(part: ContentPart, shape: RequestShape, *, number: int) -> PictureGiven:
    regions = part.record.get(REGIONS, {})
    path = f"{part.path}.{REGIONS}"
    if not isinstance(regions, dict):
        told = "regions are an object, each region under its name"
        raise ApiError(400, f"{told}, got {shown(regions)}", param=path)
    url = shape.address(part.record)
    if url is None or scheme_of(url) not in HANDED_ON:
        if url is None and REGIONS not in part.record:  # a file's id, which the upstream knows
            url = ""
        else:
            told = "a picture is a data: URL, or an http:// or https:// address"
            raise ApiError(400, f"{told}, got {shown(url)}", param=f"{part.path}.image_url")
    return PictureGiven(number=number, part=part, url=url, regions=regions)


def _check_top(body: Json, shape: RequestShape) -> None:
    if REGIONS in body:
        raise _misplaced(REGIONS)
    for number, message in enumerate(shape.messages(body)):
        if isinstance(message, dict) and REGIONS in message:
            raise _misplaced(f"{shape.turns}[{number}].{REGIONS}")


def _check_elsewhere(part: ContentPart) -> None:
    if REGIONS in part.record and part.record.get("type") in ("text", "input_text", None):
        raise _misplaced(f"{part.path}.{REGIONS}")


def _misplaced(path: str) -> ApiError:
    told = "regions stand beside the image_url of their picture, in the same content part"
    return ApiError(400, told, param=path)


def scheme_of(url: str) -> str:
    """The scheme of an address, in small letters; empty where it has none."""
    found = SCHEME.match(url)
    return "" if found is None else found[1].lower()


def check_elsewhere(
    body: Json, shape: RequestShape, pictures: Collection[ContentPart], *, is_passed: bool
) -> None:
    """ApiError where an address stands in another place than a picture's: that of a file always,
    all but data unless addresses are passed on. Engines also look for pictures in parts without a
    type and in answers of tools, and for videos and sounds.
    """
    _Looking(pictures, is_passed=is_passed).through(body.get(shape.turns), shape.turns)


@final
class _Looking:
    def __init__(self, pictures: Collection[ContentPart], *, is_passed: bool) -> None:
        self._known = {id(one.record) for one in pictures}
        self._is_passed = is_passed

    def through(self, turns: object, name: str) -> None:
        """Look through the turns, however deep; without recursion, as a request may be deeper."""
        left: list[tuple[object, str]] = [(turns, name)]
        while left:
            value, path = left.pop()
            if isinstance(value, list):
                left += [(one, f"{path}[{at}]") for at, one in enumerate(value) if _holds(one)]
            elif isinstance(value, dict):
                self._record(value, path)
                left += [(one, f"{path}.{key[:40]}") for key, one in value.items() if _holds(one)]

    def _record(self, record: Json, path: str) -> None:
        for key, told in record.items():
            if not OPENED.fullmatch(key):
                continue
            is_known = key == PICTURE and id(record) in self._known  # and is looked at elsewhere
            urls = [] if is_known else [told]
            if isinstance(told, dict):
                taken = URL if is_known else None
                urls = [one for name, one in told.items() if name.lower() == URL and name != taken]
            for url in urls:
                if isinstance(url, str):
                    self._address(url, is_named=URL in key.lower(), path=f"{path}.{key}")

    def _address(self, url: str, *, is_named: bool, path: str) -> None:
        scheme = scheme_of(url.lstrip())
        if scheme == "file":
            raise ApiError(400, f"a file's address is refused, got {shown(url)}", param=path)
        if self._is_passed or scheme == "data" or not (scheme or is_named):
            return
        told = "a web address stands in the image_url of a picture alone"
        raise ApiError(400, f"{told}, got {shown(url)}", param=path, code="url_denied")


def _holds(value: object) -> bool:
    return isinstance(value, list | dict)
