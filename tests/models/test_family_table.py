"""The table that is read without torch says of each family what its class says."""

import pytest

from deixis.models.families import families
from deixis.models.family_table import FAMILIES, listed_families


def test_every_family_has_a_row():
    assert sorted(FAMILIES) == families.names()
    assert list(listed_families()) == families.names()


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_a_row_says_what_the_class_says(name):
    family, row = families.get(name), FAMILIES[name]
    assert (row.dialect, row.abilities) == (family.dialect, family.abilities)


def test_a_family_of_another_package_is_listed_by_its_class(monkeypatch):
    class Point:
        name, value = "of_another", "deixis.models.families.internvl:InternVlFamily"

    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: [Point])
    assert listed_families()["of_another"].dialect == "internvl"
