"""Data sets of pictures with regions, each read as its makers publish it."""

from deixis.core.catalog import Catalog
from deixis.data.dataset import DatasetCard, RegionDataset
from deixis.data.sample import Marking, RegionSample, Turn

datasets: Catalog[RegionDataset] = Catalog(
    kind="data set",
    package="deixis.data",
    group="deixis.datasets",
    interface=RegionDataset,
    besides=("dataset", "mixtures", "question_text", "sample", "vip_llava_questions"),
)

__all__ = ["DatasetCard", "Marking", "RegionDataset", "RegionSample", "Turn", "datasets"]
