"""Every command that loads a model says where it goes and in which numbers."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
import torch

from deixis.cli.main import YOUR_MISTAKE, commands, main, parser
from deixis.core.errors import UnknownNameError, UsageError
from deixis.models.device_and_dtype import placed, usual_device, usual_dtype
from deixis.models.load_by_name import load

NAMING = {"model", "models", "encoder", "source", "sources", "judge"}
WITHOUT_A_NAME = {"demo"}  # they load nano, or make it
if "lab" in commands.names():
    WITHOUT_A_NAME |= {"lab build", "lab study", "lab apart"}
FILLED = {int: "1", float: "0.5"}


def leaves(whole: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, object]]:
    deeper = [a for a in whole._actions if isinstance(a, argparse._SubParsersAction)]
    if not deeper:
        yield name.strip(), whole
    for action in deeper:
        for part, below in action.choices.items():
            yield from leaves(below, f"{name} {part}")


COMMANDS = dict(leaves(parser()))
ABOUT_A_NAME = {"contracts"}  # they tell of a model, and load none
LOADING = [
    name
    for name, command in COMMANDS.items()
    if name in WITHOUT_A_NAME
    or (
        name not in ABOUT_A_NAME
        and any(action.dest in NAMING or action.metavar == "MODEL" for action in command._actions)
    )
]


def filled(name: str) -> list[str]:
    """The command with something for all that it requires."""
    given = name.split()
    for action in COMMANDS[name]._actions:
        if not action.required:
            continue
        value = next(iter(action.choices)) if action.choices else FILLED.get(action.type, "x")
        given += [action.option_strings[0], value] if action.option_strings else [value]
    return given


def test_the_commands_that_load_models_are_found():
    assert {"ask", "look", "draw", "train", "eval run", "knowledge extract"} <= set(LOADING)
    assert {"prior rank", "prior report", "pixel transfer", "pixel apart"} <= set(LOADING)
    assert set(COMMANDS) >= WITHOUT_A_NAME


@pytest.mark.parametrize("name", LOADING)
def test_a_command_that_loads_a_model_takes_a_device_and_a_dtype(name):
    options = COMMANDS[name]._option_string_actions
    assert {"--device", "--dtype"} <= set(options)


@pytest.mark.parametrize("name", LOADING)
def test_a_wrong_device_or_dtype_is_told_before_anything_is_loaded(name, capsys):
    assert main([*filled(name), "--device", "nosuch"]) == YOUR_MISTAKE
    assert "cannot use the device 'nosuch'" in capsys.readouterr().err
    assert main([*filled(name), "--dtype", "bfloat"]) == YOUR_MISTAKE
    assert "did you mean 'bfloat16'" in capsys.readouterr().err


def test_models_are_loaded_in_the_numbers_of_the_place_and_no_longer():
    with placed("cpu", "bfloat16"):
        assert load("tiny:llava").record["dtype"] == "bfloat16"
        assert load("tiny:llava", dtype="float16").record["dtype"] == "float16"
        assert load("nano").record["dtype"] == "bfloat16"
    assert load("nano").record["dtype"] == "float32"


@pytest.mark.long
def test_processes_that_are_started_meanwhile_have_the_same_place():
    told = "from deixis.models.device_and_dtype import *; print(usual_device(), usual_dtype())"
    with placed("cpu", "bfloat16"):
        ran = subprocess.run([sys.executable, "-c", told], capture_output=True, check=True)
    assert ran.stdout.split() == [b"cpu", b"bfloat16"]
    assert (usual_device(), usual_dtype()) == (None, None)


def test_a_place_ends_with_what_failed_in_it():
    with pytest.raises(RuntimeError), placed("cpu", "float16"):
        raise RuntimeError
    assert "DEIXIS_DTYPE" not in os.environ


def test_a_place_that_cannot_be_is_refused():
    with pytest.raises(UsageError, match="nothing is computed there"), placed("meta", None):
        pass
    with pytest.raises(UnknownNameError, match="bfloat16"), placed(None, "bfloat"):
        pass
    if not torch.cuda.is_available():
        with pytest.raises(UsageError, match="there are: cpu"), placed("cuda:0", None):
            pass


def test_each_process_of_a_run_has_a_gpu_of_its_own(monkeypatch):
    monkeypatch.setenv("DEIXIS_DEVICE", "cuda")
    assert usual_device() == "cuda"
    monkeypatch.setenv("LOCAL_RANK", "3")
    assert usual_device() == "cuda:3"
