"""A server on loopback, and models that answer what they are told, for all tests of evals."""

import threading

import pytest
import torch

from deixis.models.interface import Abilities, Completion, VisionLanguageModel
from tests.remote.conftest import build, server, sleeping_server

__all__ = ["Told", "build", "examine", "server", "sleeping_server"]


class Told(VisionLanguageModel):
    """Answers by a function of the question's words; remembers what it was asked."""

    dialect = "unit"
    abilities = Abilities(
        many_pictures=True,
        system=True,
        answer_logprobs=False,
        loss=False,
        pixel_gradient=False,
        vision_tokens=False,
        spatial_tokens=False,
    )

    def __init__(self, answer, *, name="told", breaks_after=None):
        self.name, self.answer = name, answer
        self.asked, self.left = [], breaks_after
        self.lock = threading.Lock()

    def generate(self, questions, settings=None):
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
        with self.lock:
            self.asked += [question.text for question in questions]
        return [Completion(text=self.answer(question.text)) for question in questions]


def examine(model, benchmark, answers, settings, *, judge=None, **more):
    """A run, in one line."""
    from deixis.evals.run import Exam, run

    exam = Exam(model=model, benchmark=benchmark, answers=answers, judge=judge)
    return run(exam, settings, **more)


@pytest.fixture(autouse=True)
def _no_key(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("DEIXIS_API_KEY", raising=False)


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def told():
    """Makes a model of the interface of `ask` from a function of words."""
    from deixis.ask.model import Model

    return lambda answer, **more: Model(Told(answer, **more))
