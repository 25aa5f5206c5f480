"""The server of `deixis.testing`, and models that ask it."""

import pytest

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def _without_key_of_the_machine(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("DEIXIS_API_KEY", raising=False)


@pytest.fixture
def key():
    return KEY


@pytest.fixture
def sleeping_server():
    """A server whose port refuses connections until `wake` is called."""
    from deixis.testing import serve

    with serve(is_awake=False) as found:
        yield found


@pytest.fixture
def server(sleeping_server):
    sleeping_server.wake()
    return sleeping_server


@pytest.fixture
def build(sleeping_server):
    """Makes models of this server, with short waits, and closes them at the end."""
    from deixis.remote.model import from_name

    models = []

    def build(**options):
        manners = {"api_key": KEY, "first_wait": 0.01, "read_timeout": 5.0, **options}
        models.append(from_name(f"openai:tiny@{sleeping_server.url}", **manners))
        return models[-1]

    yield build
    for model in models:
        model.close()


@pytest.fixture
def ask():
    """Questions without pictures, from their texts."""
    from deixis.models.interface import Question

    return lambda *texts: [Question(pictures=(), text=text) for text in texts]
