"""Ranks are counted by the compiled way where it was built, and without it elsewhere."""

import shutil

import pytest
import torch

from deixis.priors import compiled
from deixis.priors.compiled import is_compiled
from deixis.priors.ranks import exact_ranks
from tests.broken_library import WAYS, broken_library


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_it_is_built_where_there_is_a_compiler():
    assert is_compiled()


@pytest.mark.parametrize("what", WAYS)
def test_a_library_that_is_not_there_or_broken_is_done_without(what, tmp_path):
    with broken_library(what, tmp_path, compiled, compiled._count_above):
        assert not is_compiled()
        found = exact_ranks(torch.eye(3), torch.eye(3)[[0, 0, 1, 2]], torch.tensor([1, 2, 3]))
        assert found.tolist() == [1.5, 1.0, 1.0]
