"""Settings that the tests of training share."""

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """Tiny models are faster on one thread, many times so where the machine is busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def without_curves(request, monkeypatch):
    """Drawing takes longer than all else in a tiny run; its own tests draw."""
    if request.module.__name__.rpartition(".")[2] != "test_curves":
        monkeypatch.setattr("deixis.train.run.draw_curves", lambda metrics, picture: None)
