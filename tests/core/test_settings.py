from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.settings import from_record, override, to_record
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import with_length


@dataclass(frozen=True, kw_only=True)
class Options:
    folder: Path | None = None
    words: tuple[str, ...] = ()
    kind: Literal["cat", "dog"] = "cat"
    share: float = 0.5
    name: str = "x"


@pytest.mark.parametrize(
    ("assignment", "name", "value"),
    [
        ("share=1e-4", "share", 1e-4),
        ("share=2", "share", 2.0),
        ("folder=runs/a", "folder", Path("runs/a")),
        ("folder=none", "folder", None),
        ("kind=dog", "kind", "dog"),
        ("name=12", "name", "12"),
        ("name=a=b", "name", "a=b"),
        ('words="a","b"', "words", ("a", "b")),
        ("words=a, b", "words", ("a", "b")),
        ("words=a", "words", ("a",)),
        ("words=[]", "words", ()),
        ("words=", "words", ()),
    ],
)
def test_a_setting_is_read_as_its_type(assignment, name, value):
    found = getattr(override(Options(), [assignment]), name)
    assert (found, type(found)) == (value, type(value))


def test_a_nested_setting_leaves_the_others():
    config = override(RunConfig(), ["optim.lr=1e-4", "optim.betas=0.8,0.9", "skip_bad=True"])
    assert config == RunConfig(optim=OptimConfig(lr=1e-4, betas=(0.8, 0.9)), skip_bad=True)


def test_the_last_of_two_holds():
    assert override(RunConfig(), ["steps=3", "steps=4"]).steps == 4


@pytest.mark.parametrize(
    ("assignment", "reason"),
    [
        ("steps", "NAME=VALUE"),
        ("steps=1.5", "a whole number, got 1.5"),
        ("steps=true", "a whole number"),
        ("skip_bad=1", "true or false"),
        ("optim.lr=fast", "a number, got 'fast'"),
        ("optim.lr=NaN", "a number"),
        ("optim=1", "name one of them"),
        ("seed.x=1", "no settings within"),
        ("optim.betas=1", "2 values, got 1"),
        ("precision=fp8", "auto or bf16 or fp32"),
        ("steps=0", "at least 1"),
        ("threads=many", "a whole number or none"),
    ],
)
def test_a_wrong_value_is_told(assignment, reason):
    with pytest.raises(UsageError, match=reason):
        override(RunConfig(), [assignment])


@pytest.mark.parametrize(
    ("assignment", "near"), [("stepps=3", "'steps'"), ("optim.lrr=1", "'optim.lr'")]
)
def test_a_wrong_name_gets_the_nearest(assignment, near):
    with pytest.raises(UnknownNameError, match=f"did you mean {near}"):
        override(RunConfig(), [assignment])


@pytest.mark.parametrize(
    "settings",
    [
        RunConfig(threads=2, optim=OptimConfig(schedule="constant")),
        Options(folder=Path("a"), words=("b", "c")),
    ],
)
def test_what_was_saved_is_read_back(settings):
    assert from_record(type(settings), to_record(settings)) == settings


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ([], "an object"),
        ({"stepz": 1}, "did you mean 'steps'"),
        ({"optim": 1}, "optim is an object"),
        ({"optim": {"betas": [1, "a"]}}, "betas is a number"),
    ],
)
def test_a_broken_record_is_told(record, reason):
    with pytest.raises(UsageError, match=reason):
        from_record(RunConfig, record)


def test_settings_that_only_make_sense_together_may_come_in_any_order():
    config = RunConfig(batch_size=64, gradient_accumulation=32)
    changed = override(config, ["batch_size=2", "optim.lr=0.5", "gradient_accumulation=1"])
    assert (changed.batch_size, changed.gradient_accumulation, changed.optim.lr) == (2, 1, 0.5)


def test_of_steps_and_epochs_the_one_said_last_holds():
    epochs, steps = RunConfig(epochs=2), RunConfig(steps=7)
    assert with_length(epochs, ["seed=3"]).epochs == 2
    assert with_length(epochs, ["steps=5"]) == RunConfig(steps=5)
    assert with_length(steps, ["epochs=1"]).epochs == 1
    assert with_length(steps, ["epochs=1", "steps=5"]).epochs is None
    assert with_length(steps, ["steps=5", "epochs=3"]).epochs == 3
