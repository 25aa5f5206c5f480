"""What the papers claim of training, each tried by training nano models. One file per study."""

from deixis.core.catalog import Catalog
from deixis_lab.studies._study import Stage, Study, Variant

studies: Catalog[Study] = Catalog(
    kind="study", package="deixis_lab.studies", group="deixis_lab.studies", interface=Study
)

__all__ = ["Stage", "Study", "Variant", "studies"]
