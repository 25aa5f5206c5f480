"""A picture is opened apart from the server, and written anew: upright pixels, and nothing else of
what came. Large ones are cut into tiles of several levels, each half as large as the one before.
"""

import contextlib
import io
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias, final

from PIL import Image as PIL
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.files import read_text, remove
from deixis.core.image import Image
from deixis.core.images import ImageLimits, open_image
from deixis.core.json_lines import parse
from deixis.core.picture_headers import read_file
from deixis.core.size import Size
from deixis.core.typed_json import read_as
from deixis.serve.picture_job import PHOTOGRAPHS, PictureJob

ABOUT, EXACT, SHOWN, TILES = "about.json", "exact.png", "shown", "tiles"
LARGEST_ABOUT = 4096  # bytes
TILE = 512  # pixels a side
LARGEST_WHOLE = 16_000_000  # pixels; a browser holds larger ones by tiles
ShownFormat: TypeAlias = Literal["png", "jpg"]
JPEG = {"quality": 92, "subsampling": 0}
PNG = {"compress_level": 1}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class KeptPicture:
    """A picture that is kept: `id` is the hash of its size and upright pixels. It is shown as
    `shown`, whole, or with `num_levels` > 0 by tiles.
    """

    id: str
    width: int
    height: int
    shown: ShownFormat
    num_levels: int = 0

    @property
    def size(self) -> Size:
        """Its width and height, in pixels."""
        return Size(width=self.width, height=self.height)

    @property
    def exact_name(self) -> str:
        """The file of its pixels themselves; what is shown as a PNG is exact."""
        return f"{SHOWN}.png" if self.shown == "png" else EXACT

    def record(self) -> dict[str, object]:
        """It as the page's canvas takes it, with its `id`."""
        told: dict[str, object] = {"id": self.id, "width": self.width, "height": self.height}
        told["url"] = f"/pictures/{self.id}"
        if self.num_levels:
            url = f"/pictures/{self.id}/tiles/{{level}}/{{x}}/{{y}}"
            told["tiles"] = {"url": url, "size": TILE, "levels": self.num_levels}
        return told


def kept_before(place: Path) -> KeptPicture:
    """What a picture's folder tells of it; OSError, ValueError or UsageError where it is none."""
    return read_as(KeptPicture, parse(read_text(place / ABOUT, most=LARGEST_ABOUT)), name=ABOUT)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class KeepJob(PictureJob[KeptPicture]):
    """A picture's file is to be kept in a folder. `is_exact`: its pixels themselves too, and not
    only what is shown of them.
    """

    data: bytes
    folder: str
    limits: ImageLimits
    is_exact: bool = True
    largest_whole: int = LARGEST_WHOLE

    @override
    def do(self) -> KeptPicture:
        kind = read_file(self.data).kind
        image = open_image(self.data, limits=self.limits)
        kept = KeptPicture(
            id=image.sha256,
            width=image.size.width,
            height=image.size.height,
            shown="jpg" if kind in PHOTOGRAPHS else "png",
            num_levels=_num_levels(image.size) if image.size.area > self.largest_whole else 0,
        )
        place = Path(self.folder) / kept.id
        try:
            if not (place / ABOUT).is_file():
                self._write(image, kept, place)
            kept = kept_before(place)  # perhaps as another kind of file
            if self.is_exact and not (place / kept.exact_name).is_file():
                _save(image.pil(), place, EXACT)
        except OSError as refusal:
            raise UsageError(f"cannot keep the picture: {refusal.strerror or refusal}") from None
        return kept

    def _write(self, image: Image, kept: KeptPicture, place: Path) -> None:
        """All of it is there, or nothing."""
        draft = place.with_name(f".{kept.id}.{secrets.token_hex(4)}.draft")
        draft.mkdir(mode=0o700)
        try:
            whole = image.pil()
            _save(whole, draft, f"{SHOWN}.{kept.shown}")
            if self.is_exact and kept.exact_name == EXACT:
                _save(whole, draft, EXACT)
            for name, tile in _tiles(whole, kept.num_levels):
                _save(tile, draft, f"{name}.{kept.shown}", is_synced=False)
            _write(draft / ABOUT, json.dumps(asdict(kept)).encode())
            with contextlib.suppress(OSError):  # another process was first
                draft.rename(place)
        finally:
            remove(draft)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PixelsJob(PictureJob[Image]):
    """A picture's file is to be opened."""

    data: bytes
    limits: ImageLimits

    @override
    def do(self) -> Image:
        return open_image(self.data, limits=self.limits)


def _num_levels(size: Size) -> int:
    longest = max(size.width, size.height)
    return max((longest - 1) // TILE, 0).bit_length() + 1


def _tiles(whole: PIL.Image, num_levels: int) -> Iterator[tuple[str, PIL.Image]]:
    """Each tile by its path; a level is rounded up, so that its last tiles may reach beyond."""
    at_level = whole
    for level in range(num_levels):
        if level:
            at_level = at_level.reduce(2)
        for y in range(0, at_level.height, TILE):
            for x in range(0, at_level.width, TILE):
                right, low = min(x + TILE, at_level.width), min(y + TILE, at_level.height)
                tile = at_level.crop((x, y, right, low))
                yield f"{TILES}/{level}/{x // TILE}_{y // TILE}", tile


def _save(picture: PIL.Image, folder: Path, name: str, *, is_synced: bool = True) -> None:
    """A picture's file is there whole, or not at all."""
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.{secrets.token_hex(4)}.draft")
    with draft.open("wb") as file:
        file.write(file_of(picture, place.suffix))
        if is_synced:
            file.flush()
            os.fsync(file.fileno())
    draft.replace(place)


def file_of(picture: PIL.Image, suffix: str) -> bytes:
    """A picture's file, made quickly: ".jpg" or ".png"."""
    buffer = io.BytesIO()
    kind, options = ("JPEG", JPEG) if suffix == ".jpg" else ("PNG", PNG)
    picture.save(buffer, format=kind, **options)
    return buffer.getvalue()


def _write(place: Path, content: bytes) -> None:
    with place.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
