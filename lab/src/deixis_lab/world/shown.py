"""What a plan must tell of a picture, so that its truth can be read and questions asked.

Frame: the picture's side is 4096, x to the right, y down.
"""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable


@runtime_checkable
class Placed(Protocol):
    """What has a place: the centre and half extents of the upright box around it."""

    @property
    def x(self) -> int:
        """Of the centre."""

    @property
    def y(self) -> int:
        """Of the centre."""

    @property
    def half_width(self) -> int:
        """As it is turned."""

    @property
    def half_height(self) -> int:
        """As it is turned."""


@runtime_checkable
class Shown(Placed, Protocol):
    """A thing of a plan: an artist's drawing, or a sign."""

    @property
    def name(self) -> str:
        """What it is."""

    @property
    def colour(self) -> str | None:
        """Where it has one."""

    @property
    def style(self) -> str:
        """How it is drawn."""

    @property
    def text(self) -> str | None:
        """What a sign says."""

    @property
    def artist(self) -> str | None:
        """Who drew it."""

    @property
    def member(self) -> str | None:
        """Which of those that have its name it is."""

    @property
    def side(self) -> int:
        """Of its frame; a sign's height."""

    @property
    def degrees(self) -> int:
        """By which it is turned."""


@runtime_checkable
class Ground(Protocol):
    """A kind of stuff of a plan."""

    @property
    def name(self) -> str:
        """What it is."""


@runtime_checkable
class PicturePlan(Protocol):
    """All that a picture shows, and names that another one could have shown."""

    @property
    def stuff(self) -> Sequence[Ground]:
        """From the top down."""

    @property
    def things(self) -> Sequence[Shown]:
        """From the farthest to the nearest."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of its things, signs apart."""

    @property
    def alike(self) -> tuple[str, ...]:
        """The names of another picture of the same theme."""

    @property
    def others(self) -> tuple[str, ...]:
        """The names of another picture of any theme."""

    @property
    def repeated(self) -> str | None:
        """What is there several times, if the picture is of that sort."""
