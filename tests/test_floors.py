"""`make test-lowest` tries the versions that `pyproject.toml` says are enough."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.version import Version

ROOT = Path(__file__).parents[1]
# no part of `deixis[all]`
NOT_TRIED = {"bitsandbytes", "open-clip-torch"}


def floors():
    """The least version of each package that is said to have one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    asked = [*project["dependencies"], *(one for extra in extras for one in extra)]
    found = (re.match(r"([A-Za-z0-9-]+)(?:\[\w+\])?>=([\d.]+)$", one) for one in asked)
    return {match[1]: Version(match[2]) for match in found if match and match[1] not in NOT_TRIED}


def tried():
    lines = (ROOT / "constraints-lowest.txt").read_text().lower().replace("_", "-").split()
    return {name: Version(version) for name, version in (line.split("==") for line in lines)}


@pytest.mark.parametrize("name", floors())
def test_the_lowest_version_that_is_allowed_is_the_one_that_is_tried(name):
    assert tried()[name] == floors()[name]


def test_each_need_says_which_version_is_enough():
    needs = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert [need for need in needs if ">=" not in need] == []
