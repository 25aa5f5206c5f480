"""Pictures as they are sent: each one's file is made once, however many questions are about it."""

import base64
import io
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import final

from deixis.core.image import Image

MOST = 32  # pictures that are kept
MOST_BYTES = 128 << 20  # of their pixels and files, but always the last LEAST
LEAST = 2


@final
@dataclass(kw_only=True)
class _Known:
    """What was made of one picture so far."""

    image: Image  # held, so that no other picture gets its identity
    lock: threading.Lock = field(default_factory=threading.Lock)
    digest: str = ""
    url: bytes = b""

    @property
    def num_bytes(self) -> int:
        """So much memory is held."""
        return int(self.image.pixels.nbytes) + len(self.url)


@final
class SentPictures:
    """The last pictures that were sent, by their identity. Safe with threads."""

    def __init__(self, image_format: str) -> None:
        self.image_format = image_format
        self._known: OrderedDict[int, _Known] = OrderedDict()
        self._lock = threading.Lock()

    def url(self, image: Image) -> bytes:
        """The picture's file as a data URL."""
        known = self._of(image)
        with known.lock:
            if not known.url:
                file = base64.b64encode(encoded(image, self.image_format))
                known.url = f"data:image/{self.image_format};base64,".encode() + file
        return known.url

    def name(self, image: Image) -> str:
        """What stands for the picture in a fingerprint: its pixels, and the format."""
        known = self._of(image)
        with known.lock:
            known.digest = known.digest or image.sha256
        return f"{self.image_format}:{known.digest}"

    def _of(self, image: Image) -> _Known:
        with self._lock:
            known = self._known.pop(id(image), None) or _Known(image=image)
            self._known[id(image)] = known
            size = sum(one.num_bytes for one in self._known.values())
            while len(self._known) > MOST or (size > MOST_BYTES and len(self._known) > LEAST):
                size -= self._known.popitem(last=False)[1].num_bytes
        return known


def encoded(image: Image, image_format: str) -> bytes:
    """The picture's file as it is sent."""
    if image_format == "png":
        return image.png()
    buffer = io.BytesIO()
    image.pil().save(buffer, format="JPEG", quality=95, subsampling=0)
    return buffer.getvalue()
