"""Width and height of a picture in pixels."""

from dataclasses import dataclass
from typing import final

from deixis.core.errors import UsageError


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """Width and height in pixels, both at least 1. Named, so that the two are never swapped."""

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise UsageError(f"a size is at least 1 x 1, got {self.width} x {self.height}")

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def area(self) -> int:
        """Pixels in all."""
        return self.width * self.height
