"""Random draws of the Scenes: those of `core`."""

from deixis.core.draws import Draws

__all__ = ["Draws"]
