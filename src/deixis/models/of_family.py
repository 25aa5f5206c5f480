"""A local model of a known family is spoken to as its contract says, else as its family is."""

from collections.abc import Mapping

from typing_extensions import override

from deixis.coordinates import Dialect
from deixis.coordinates.contract import built
from deixis.marks.style import Profile
from deixis.models.family import Family
from deixis.models.family_table import FAMILIES
from deixis.models.tensor_interface import LocalModel


class OfFamily(LocalModel):
    """A model that is built as its family is; how it points, a contract may know better."""

    family: Family

    @property
    @override
    def dialect(self) -> str:  # type: ignore[override]  # read-only here
        match = self.contract
        return (None if match is None else match.contract.dialect) or self.family.dialect

    @property
    @override
    def dialect_settings(self) -> Mapping[str, object]:
        return self.family.dialect_settings if self.dialect == self.family.dialect else {}

    @property
    @override
    def taught_marks(self) -> Profile | None:
        row = FAMILIES.get(str(self.family.config.model_type))
        return None if row is None else row.marks

    @override
    def own_dialect(self) -> Dialect:
        """Pixels count as the model's own processor resizes, where that is one law."""
        match = self.contract
        if match is None or match.contract.dialect in ("", self.family.dialect):
            return super().own_dialect()
        row = match.contract
        return built(row.dialect, settings=row.settings, resize=self.family.resize or row.resize)
