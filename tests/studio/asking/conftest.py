"""A studio with a model of ours and two behind a fake engine, shared by the tests of asking."""

import pytest

from deixis.serve.settings import ServedModel
from deixis.testing import serve
from tests.studio.studio_nursery import open_studio, upstream


@pytest.fixture(scope="module")
def engine():
    with serve() as server:
        yield server


@pytest.fixture(scope="module")
def open_house(engine, tmp_path_factory):
    nano = ServedModel(name="nano", load="nano")
    models = (upstream(engine), upstream(engine, name="other"), nano)
    with open_studio(tmp_path_factory.mktemp("home"), *models) as house:
        yield house


@pytest.fixture
def house(open_house, engine):
    engine.requests.clear()
    engine.answer = lambda body: "A saucer"
    engine.before_reply = lambda body: None
    return open_house


@pytest.fixture(scope="module")
def picture(open_house):
    return open_house.keep()
