"""What the papers claim or leave open, each tried on models of the lab. One file per experiment."""

from deixis.core.catalog import Catalog
from deixis_lab.experiments._experiment import Experiment

experiments: Catalog[Experiment] = Catalog(
    kind="experiment",
    package="deixis_lab.experiments",
    group="deixis_lab.experiments",
    interface=Experiment,
)

__all__ = ["Experiment", "experiments"]
