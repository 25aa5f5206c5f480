"""Encoders and entities that the tests of priors share."""

import pytest

from deixis.data.entities.read import read_entities
from tests.data.entities.entity_folder import good_folder
from tests.priors import tiny_encoders


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory):
    """Folders of tiny checkpoints, by their names."""
    return {
        build.__name__: tiny_encoders.save(build, tmp_path_factory.mktemp(build.__name__))
        for build in (
            tiny_encoders.clip,
            tiny_encoders.siglip,
            tiny_encoders.dinov2,
            tiny_encoders.dinov3,
        )
    }


@pytest.fixture(scope="session")
def entity_folder(tmp_path_factory):
    return good_folder(tmp_path_factory.mktemp("entities"))


@pytest.fixture(scope="session")
def entities(entity_folder):
    return read_entities(entity_folder)
