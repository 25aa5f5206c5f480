"""Open pictures safely: from a path, bytes, PIL, an array, a file, a data URL or a web URL.

What is opened, how each kind is handled and what is refused: docs/images.md.
"""

import base64
import binascii
import logging
import os
import re
import stat
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeAlias, final, runtime_checkable

import numpy as np
from PIL import Image as PIL

from deixis.core import given
from deixis.core.array_pixels import channels_last, rgb_of
from deixis.core.arrays import ArrayLike, array_of, is_tensor
from deixis.core.decode import decode, rgb_pixels, upright
from deixis.core.errors import FetchError, ImageError, UsageError
from deixis.core.fetch import FetchPolicy, fetch_bytes
from deixis.core.files import open_file, working_folder
from deixis.core.image import Image
from deixis.core.picture_headers import read_file
from deixis.core.size import Size
from deixis.core.undecoded import orientation_of

logger = logging.getLogger(__name__)
MIB = 2**20
URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
DATA_URL = re.compile(r"data:[^,]{0,200},", re.IGNORECASE)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ImageLimits:
    """A picture may be this large at most, which is checked before it is decoded.

    Decoding takes up to 16 bytes of memory for each pixel at its peak.
    """

    max_bytes: int = 64 * MIB  # of the file
    max_pixels: int = 64_000_000
    max_side: int = 32_768  # pixels of the longer side

    def __post_init__(self) -> None:
        given.fields(self, "image limits", given.whole, ("max_bytes", "max_pixels", "max_side"))
        if min(self.max_bytes, self.max_pixels, self.max_side) < 1:
            raise UsageError(f"image limits are at least 1, got {self}")


DEFAULT_LIMITS = ImageLimits()


@runtime_checkable
class Readable(Protocol):
    """Anything that gives bytes: an open file, an upload, `io.BytesIO`."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes are given, and none at the end."""
        ...


FilePath: TypeAlias = str | os.PathLike[str] | os.PathLike[bytes]
Bytes: TypeAlias = bytes | bytearray | memoryview
Unopened: TypeAlias = FilePath | Bytes | PIL.Image | ArrayLike | Readable
ImageLike: TypeAlias = Unopened | Image


def open_image(
    source: ImageLike, *, limits: ImageLimits = DEFAULT_LIMITS, fetch: FetchPolicy | None = None
) -> Image:
    """A picture is opened as upright RGB in 8 bits on white; ImageError says why it is refused.

    Web URLs are opened only with a `fetch` policy. A file that is passed open stays open.
    """
    if isinstance(source, Image):
        return source
    given.instance("limits", limits, ImageLimits, "ImageLimits(…)")
    if fetch is not None:
        given.instance("fetch", fetch, FetchPolicy, "a FetchPolicy or None")
    if isinstance(source, str) and (url := URL.match(source)):
        return _from_url(source, url.group(1).lower(), limits, fetch)
    name = _name(source)
    try:
        return Image(pixels=_pixels(source, limits, name), source=name)
    except ImageError as error:
        raise ImageError(f"cannot open {name!r}: {error}") from error.__cause__


def picture_size(path: FilePath, *, limits: ImageLimits = DEFAULT_LIMITS) -> Size:
    """A picture's file tells its upright size by its header; its pixels are not decoded."""
    given.path("a picture's path", path)
    try:
        file = read_file(_path_bytes(os.fsdecode(path), limits))
        _check_size(file.size.width, file.size.height, limits)
    except ImageError as error:
        raise ImageError(f"cannot open {os.fsdecode(path)!r}: {error}") from error.__cause__
    return file.upright_size


def _name(source: Unopened) -> str:
    if isinstance(source, str | os.PathLike):
        text = os.fsdecode(source)
        return f"{text[:32]}…" if DATA_URL.match(text) else text
    if isinstance(source, Bytes):
        return "bytes"
    if is_tensor(source):
        return "tensor"
    if isinstance(source, np.ndarray):
        return "array"
    own = getattr(source, "filename" if isinstance(source, PIL.Image) else "name", None)
    return own if isinstance(own, str) and own else f"a {type(source).__name__}"


def _pixels(source: Unopened, limits: ImageLimits, name: str) -> np.ndarray:
    if isinstance(source, PIL.Image):
        return _pil_pixels(source, limits)
    if isinstance(source, Bytes):
        return _file_pixels(bytes(source), limits, name)
    if isinstance(source, str) and DATA_URL.match(source):
        return _file_pixels(_data_url_bytes(source, limits), limits, name)
    if isinstance(source, str | os.PathLike):
        return _file_pixels(_path_bytes(os.fsdecode(source), limits), limits, name)
    array = array_of(source)
    if array is not None:
        laid = channels_last(array, is_tensor=is_tensor(source))
        _check_size(laid.shape[1], laid.shape[0], limits)
        return upright(rgb_of(laid), 1)
    return _file_pixels(_stream_bytes(source, limits), limits, name)


def _from_url(url: str, scheme: str, limits: ImageLimits, fetch: FetchPolicy | None) -> Image:
    if scheme == "file":
        raise FetchError(f"file:// URLs are not opened; pass the path itself: {url[7:]!r:.200}")
    if scheme not in ("http", "https"):
        raise FetchError(f"{scheme}:// URLs are not opened, only http, https and data")
    if fetch is None:
        raise FetchError(
            "web URLs are not opened unless you say so: dx.open_image(url, fetch=dx.FetchPolicy())"
        )
    policy = replace(fetch, max_bytes=min(fetch.max_bytes, limits.max_bytes))
    fetched = fetch_bytes(url, policy)
    shown = fetched.url.partition("?")[0]  # a query often holds a secret
    try:
        return Image(pixels=_file_pixels(fetched.data, limits, shown), source=fetched.url)
    except ImageError as error:
        raise ImageError(f"cannot open {shown!r:.200}: {error}") from error.__cause__


def _check_size(width: int, height: int, limits: ImageLimits) -> None:
    if max(width, height) > limits.max_side:
        raise ImageError(
            f"{width}x{height} pixels has a side above the limit of {limits.max_side}; "
            "make it smaller or raise ImageLimits(max_side=…)"
        )
    if width * height > limits.max_pixels:
        raise ImageError(
            f"{width}x{height} is {width * height} pixels, above the limit of "
            f"{limits.max_pixels}; make it smaller or raise ImageLimits(max_pixels=…)"
        )


def _check_bytes(num_bytes: int, limits: ImageLimits) -> None:
    if num_bytes > limits.max_bytes:
        raise ImageError(
            f"it is larger than the limit of {limits.max_bytes} bytes; "
            "make it smaller or raise ImageLimits(max_bytes=…)"
        )


def _file_pixels(data: bytes, limits: ImageLimits, name: str) -> np.ndarray:
    _check_bytes(len(data), limits)
    file = read_file(data)
    _check_size(file.size.width, file.size.height, limits)
    if file.has_more:
        logger.warning("%.200r holds several pictures; the first one is taken", name)
    return decode(file)


def _pil_pixels(image: PIL.Image, limits: ImageLimits) -> np.ndarray:
    _check_size(image.width, image.height, limits)
    pixels = rgb_pixels(image)
    exif = image.info.get("exif")  # a PNG's is known only after its pixels
    return upright(pixels, orientation_of(exif) if isinstance(exif, bytes) else 1)


def _data_url_bytes(url: str, limits: ImageLimits) -> bytes:
    head, _, payload = url.partition(",")
    if not head.lower().endswith(";base64"):
        raise ImageError("a data URL of an image is written data:image/png;base64,…")
    _check_bytes(len(payload) * 3 // 4 - 2, limits)
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImageError(f"the data URL's base64 is broken: {error}") from error


def _path_bytes(path: str, limits: ImageLimits) -> bytes:
    try:
        _check_file(Path(path).stat(), limits)
        with open_file(path) as file:  # what stands there may be another by now
            found = os.fstat(file.fileno())
            _check_file(found, limits)
            return file.read(found.st_size)
    except FileNotFoundError:
        raise ImageError(f"there is no such file, seen from {working_folder()}") from None
    except PermissionError:
        raise ImageError("this user may not read it (permission denied)") from None
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        raise ImageError(f"it cannot be read: {error}") from error


def _check_file(found: os.stat_result, limits: ImageLimits) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise ImageError("it is a directory, not a file")
    if not stat.S_ISREG(found.st_mode):  # reading a pipe or a device could wait for ever
        raise ImageError("it is a pipe, socket or device, not a file")
    _check_bytes(found.st_size, limits)


def _stream_bytes(stream: object, limits: ImageLimits) -> bytes:
    """A file is read from where it stands; short reads are continued."""
    if not isinstance(stream, Readable) or not callable(stream.read):
        raise ImageError(
            "an image is a path, URL, bytes, PIL image, array, tensor or binary file, "
            f"got {given.told(stream)}"
        )
    pieces: list[bytes] = []
    num_bytes = 0
    while num_bytes <= limits.max_bytes:
        try:
            piece = stream.read(limits.max_bytes + 1 - num_bytes)
        except (OSError, ValueError) as error:  # ValueError: closed before
            raise ImageError(f"the file cannot be read: {error}") from error
        if not isinstance(piece, Bytes):
            raise ImageError(f"the file gives {type(piece).__name__}, open it in 'rb' mode")
        if not piece:
            break
        pieces.append(bytes(piece))
        num_bytes += len(piece)
    if not pieces:
        raise ImageError("the file gives 0 bytes; if it was read before, seek(0) first")
    return b"".join(pieces)
