"""What a process that opens pictures is asked to do. It begins with this file alone, and imports
what a job needs, if it was not preloaded.
"""

from abc import ABC, abstractmethod
from typing import Generic, TypeVar

Done = TypeVar("Done", covariant=True)
PHOTOGRAPHS = ("JPEG", "WebP", "AVIF", "HEIC")  # kinds that are handed on as JPEG


class PictureJob(ABC, Generic[Done]):
    """What a worker process does with one picture; it travels there as a pickle of ours."""

    __slots__ = ()

    @abstractmethod
    def do(self) -> Done:
        """The job is done; UsageError says what of it cannot be."""
