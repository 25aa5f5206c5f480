"""Data sets of pictures with regions, and the Scenes world."""

from deixis.core.catalog import Catalog
from deixis.data._card import Card
from deixis.data._dataset import RegionDataset
from deixis.data._nested import Nested
from deixis.data._sample import Marking, RegionSample, Turn

datasets: Catalog[RegionDataset] = Catalog(
    kind="data set",
    package="deixis.data",
    group="deixis.datasets",
    interface=RegionDataset,
)

__all__ = ["Card", "Marking", "Nested", "RegionDataset", "RegionSample", "Turn", "datasets"]
