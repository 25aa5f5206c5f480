"""Pictures that are kept, by the hashes of their pixels. No name that a client says is a path: a
hash is looked up, and numbers are numbers.
"""

import re
from pathlib import Path
from typing import final

from deixis.core.decode import lift_pillows_limit
from deixis.core.errors import UsageError
from deixis.core.files import remove
from deixis.core.image import Image
from deixis.core.images import ImageLimits, open_image
from deixis.core.untrusted_text import shown
from deixis.serve.api_error import ApiError
from deixis.serve.picture_workers import PictureWorkers
from deixis.studio.keep_job import SHOWN, TILES, KeepJob, KeptPicture, kept_before

HASH = re.compile(r"[0-9a-f]{64}")


@final
class PictureStore:
    """A folder of pictures. Processes of their own open what comes."""

    def __init__(self, folder: Path, workers: PictureWorkers, limits: ImageLimits) -> None:
        self.folder, self.limits = folder, limits
        self._workers = workers
        for left in folder.glob(".*.draft"):  # of processes that a picture was too much for
            remove(left)

    async def keep(self, data: bytes, *, is_exact: bool = True) -> KeptPicture:
        """A picture's file is kept, as upright pixels; ApiError where it is none that we open.
        Without `is_exact` it can be shown, and not asked about.
        """
        job = KeepJob(data=data, folder=str(self.folder), limits=self.limits, is_exact=is_exact)
        return await self._workers.do(job)

    def about(self, name: object) -> KeptPicture:
        """A picture by its hash; ApiError where none has it."""
        place = self._place(name)
        try:
            return kept_before(place)
        except (OSError, ValueError, UsageError):
            raise missing(name) from None

    def exact_file(self, name: object) -> Path:
        """The PNG with its pixels themselves; ApiError where only what is shown was kept."""
        place = self._place(name) / self.about(name).exact_name
        if not place.is_file():
            raise missing(name)
        return place

    def image(self, name: object) -> Image:
        """Its pixels, which we wrote ourselves."""
        lift_pillows_limit(self.limits.max_pixels)
        return open_image(self.exact_file(name), limits=self.limits)

    def shown_file(self, name: object) -> Path:
        """The file that a browser shows, a PNG or a JPEG."""
        about = self.about(name)
        return self._place(name) / f"{SHOWN}.{about.shown}"

    def tile_file(self, name: object, level: int, x: int, y: int) -> Path:
        """The file of a tile; ApiError where there is none."""
        about = self.about(name)
        place = self._place(name) / TILES / str(level) / f"{x}_{y}.{about.shown}"
        if not place.is_file():
            raise missing(name)
        return place

    def _place(self, name: object) -> Path:
        if not isinstance(name, str) or HASH.fullmatch(name) is None:
            raise missing(name)
        return self.folder / name


def missing(name: object) -> ApiError:
    """No picture, or no such part of one, is kept under this name."""
    return ApiError(404, f"no picture {shown(name)} is kept here", code="no_picture")
