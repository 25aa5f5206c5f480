"""The pictures that models were sent, byte for byte, by the hashes of their pixels."""

import base64
import re
from pathlib import Path
from typing import final

from deixis.core.files import make_folder, read_bytes, remove, write_bytes
from deixis.core.picture_headers import file_kind
from deixis.core.untrusted_text import shown
from deixis.serve.api_error import ApiError

HASH = re.compile(r"[0-9a-f]{64}")
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "WebP": "image/webp"}


@final
class SentFiles:
    """A folder of them. The same picture is kept once, in the format in which it was sent first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        make_folder(folder)

    def keep(self, sha256: str, url: str) -> None:
        """A picture as it was sent, as a data URL."""
        place = self._place(sha256)
        if not place.exists():
            write_bytes(place, base64.b64decode(url.partition(",")[2]))

    def get(self, sha256: str) -> bytes | None:
        """Its bytes; None where it is not kept."""
        try:
            return read_bytes(self._place(sha256))
        except FileNotFoundError:
            return None

    def forget(self, sha256: str) -> None:
        """It is no longer needed."""
        remove(self._place(sha256))

    def _place(self, sha256: str) -> Path:
        """No name that a client says is a path: a hash is 64 digits."""
        if HASH.fullmatch(sha256) is None:
            raise ApiError(404, f"no picture {shown(sha256)} was sent", code="no_picture")
        return self.folder / sha256


def kind_of(data: bytes) -> str:
    """The media type of a picture that we wrote."""
    return KINDS.get(file_kind(data) or "", "application/octet-stream")
