"""What a worker process does for the server: one picture is opened, and its regions are shown.

It runs apart from the server, so that no picture can take that down with it.
"""

import base64
import binascii
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import final

from typing_extensions import override

from deixis.ask.model import Model
from deixis.core.errors import ImageError, UsageError
from deixis.core.image import Image
from deixis.core.images import ImageLimits, open_image
from deixis.core.picture_headers import read_file
from deixis.core.size import Size
from deixis.core.transform import Transform, identity
from deixis.encodings import Encoding, Frame
from deixis.remote.model import OpenAIModel
from deixis.remote.sent_pictures import encoded
from deixis.serve.picture_job import PHOTOGRAPHS, PictureJob
from deixis.serve.settings import PictureFormat, ServedModel, Survival

WRITTEN = re.compile(r"data:[^,]{0,193};base64,", re.IGNORECASE)
AS_THEY_ARE = ("JPEG", "PNG", "WebP", "GIF")  # what every engine opens


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class OpenJob(PictureJob[Image]):
    """A picture is to be opened."""

    url: str
    limits: ImageLimits

    @override
    def do(self) -> Image:
        _check_written(self.url)
        return open_image(self.url, limits=self.limits)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ShowJob(PictureJob["MadePicture"]):
    """A picture is to be sent with its regions. Its frames are numbered from `first` on, of
    `total` in the conversation.
    """

    url: str
    encodings: Mapping[str, Encoding]
    first: int
    total: int
    model: ServedModel
    dialect: str
    marks: Survival
    limits: ImageLimits

    @override
    def do(self) -> "MadePicture":
        _check_written(self.url)
        if not self.encodings and (unopened := _unopened(self.url, self.limits)) is not None:
            return MadePicture(pictures=(unopened,), phrases={})
        image = open_image(self.url, limits=self.limits)
        made = show_regions(
            _model(self.model, self.dialect),
            image,
            self.encodings,
            first=self.first,
            total=self.total,
            marks=self.marks,
        )
        pictures = tuple(_sent(frame, image, self) for frame in made.frames)
        return MadePicture(pictures=pictures, phrases=made.phrases, warnings=made.warnings)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SentPicture:
    """A picture as it is sent; without a `url`, the one that came, and with an empty one the one
    that a model here was handed. Places in an answer about it are found in the original by `back`.
    Of one that was not opened there is no hash.
    """

    url: str | None
    sha256: str
    size: Size
    back: Transform


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class MadePicture:
    """What one picture became: the pictures that are sent, and the words for each region."""

    pictures: tuple[SentPicture, ...]
    phrases: Mapping[str, str]
    warnings: tuple[str, ...] = ()


def _check_written(url: str) -> None:
    if not WRITTEN.match(url):  # anything else could be taken for a path
        raise ImageError("a data URL of an image is written data:image/png;base64,…")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ShownRegions:
    """The frames of a picture with its regions, the words for each, and what was warned of."""

    frames: tuple[Frame, ...]
    phrases: Mapping[str, str]
    warnings: tuple[str, ...]


def show_regions(  # all but three by name
    model: Model,
    image: Image,
    encodings: Mapping[str, Encoding],
    *,
    first: int,
    total: int,
    marks: Survival,
) -> ShownRegions:
    """A picture's regions are shown to a model; its frames are numbered from `first` on."""
    with _warnings() as warnings:
        shown = model.composer.show(image, encodings, marks=marks)
    numbered = {
        name: replace(frame, number=first + turn, num_pictures=total)
        for turn, (name, frame) in enumerate(shown.frames.items())
    }
    phrases = shown.phrases(numbered, model.dialect)
    whole = numbered.get("")
    if whole is not None and total > 1:
        for name, phrase in phrases.items():
            if not brings_picture(encodings[name]):
                phrases[name] = f"{phrase} in picture {whole.number}"
    return ShownRegions(frames=tuple(numbered.values()), phrases=phrases, warnings=tuple(warnings))


def num_frames(encodings: Mapping[str, Encoding]) -> int:
    """So many pictures are sent for one with these regions, before any of it is opened."""
    own = [one for one in encodings.values() if brings_picture(one)]
    needs_whole = not encodings or any(one.needs_whole for one in encodings.values())
    return len(own) + needs_whole


def brings_picture(encoding: Encoding) -> bool:
    """Whether an encoding sends a picture for its region alone."""
    return type(encoding).own_picture is not Encoding.own_picture


def data_url(image: Image, kind: str) -> str:
    """The picture's file as an address."""
    return f"data:image/{kind};base64,{base64.b64encode(encoded(image, kind)).decode()}"


def _sent(frame: Frame, image: Image, job: ShowJob) -> SentPicture:
    kind, is_upright = _kind(job.url)
    as_given = frame.image is image and is_upright and kind in AS_THEY_ARE
    chosen = _format(job.model.picture_format, kind)
    return SentPicture(
        url=None if as_given else data_url(frame.image, chosen),
        sha256=frame.image.sha256,
        size=frame.image.size,
        back=frame.transform.inverse(),
    )


def _unopened(url: str, limits: ImageLimits) -> SentPicture | None:
    """A picture that is sent as it came and only measured; None where it must be turned first."""
    payload = url.partition(",")[2]
    if len(payload) * 3 // 4 - 2 > limits.max_bytes:
        raise ImageError(f"the picture is larger than the limit of {limits.max_bytes} bytes")
    try:
        data = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError):
        raise ImageError("the data URL's base64 is broken") from None
    file = read_file(data)
    if file.orientation != 1 or file.kind not in AS_THEY_ARE:
        return None
    return SentPicture(url=None, sha256="", size=file.size, back=identity(file.size))


def _format(told: PictureFormat, kind: str) -> str:
    if told != "as given":
        return told
    return "jpeg" if kind in PHOTOGRAPHS else "png"


@lru_cache(maxsize=2)  # of the picture that is at work
def _kind(url: str) -> tuple[str, bool]:
    """What file it is, and whether it lies as it is looked at."""
    file = read_file(base64.b64decode(url.partition(",")[2]))
    return file.kind, file.orientation == 1


@lru_cache(maxsize=64)
def _model(served: ServedModel, dialect: str) -> Model:
    if not served.upstream:
        raise UsageError(f"{served.name} is no model behind an upstream")
    return Model(OpenAIModel(served.remote()), dialect=dialect or None)


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """What is warned of meanwhile by this thread."""
    found: list[str] = []
    own = threading.get_ident()
    handler = logging.Handler(level=logging.WARNING)
    handler.addFilter(lambda record: record.thread == own)
    handler.emit = lambda record: found.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("deixis")
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)
