"""Saying regions in the words of each model family, and reading them back from its answers."""

from deixis.coordinates._convention import Convention, Quantum, Reading
from deixis.core.catalog import Catalog

conventions: Catalog[Convention] = Catalog(
    kind="coordinate convention",
    package="deixis.coordinates",
    group="deixis.coordinates",
    interface=Convention,
)

__all__ = ["Convention", "Quantum", "Reading", "conventions"]
