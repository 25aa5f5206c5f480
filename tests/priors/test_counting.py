"""Ranks are counted by the compiled way where it was built, and without it elsewhere."""

import shutil
from dataclasses import replace

import pytest
import torch

from deixis.priors import counting
from deixis.priors.counting import ScoreBlock, counted_compiled, is_compiled
from deixis.priors.exact_ranks import exact_ranks
from deixis.priors.unit_embeddings import sides_of
from tests.broken_library import WAYS, broken_library


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler")
def test_it_is_built_where_there_is_a_compiler():
    assert is_compiled()


@pytest.mark.parametrize("what", WAYS)
def test_a_library_that_is_not_there_or_broken_is_done_without(what, tmp_path):
    with broken_library(what, tmp_path, counting, counting._count_above):
        assert not is_compiled()
        found = exact_ranks(torch.eye(3), torch.eye(3)[[0, 0, 1, 2]], torch.tensor([1, 2, 3]))
        assert found.tolist() == [1.5, 1.0, 1.0]


def block_of_scores():
    """Three pictures against four names."""
    sides = sides_of(torch.eye(3), torch.eye(3)[[0, 0, 1, 2]], torch.tensor([1, 2, 3]))
    goals = sides.own_cosines()
    return ScoreBlock(
        sides=sides,
        images=slice(0, 3),
        names=slice(0, 4),
        score=torch.full((3, 64), -torch.inf),
        high=goals.float(),
        low=goals.float(),
        goals=goals,
        columns=4,
    )


def spoiled(value, **changed):
    """A copy with other fields, which the checks of types at test time would not let through."""
    found = replace(value)
    for name, other in changed.items():
        object.__setattr__(found, name, other)
    return found


@pytest.mark.skipif(not is_compiled(), reason="the compiled way was not built")
def test_a_sound_block_is_counted():
    assert counted_compiled(block_of_scores()).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    "changed",
    [
        {"score": torch.full((3, 64), -torch.inf, dtype=torch.float64)},
        {"score": torch.full((2, 64), -torch.inf)},
        {"score": torch.full((64, 3), -torch.inf).T},
        {"score": torch.full((3, 3), -torch.inf)},
        {"high": torch.ones(3, dtype=torch.float64)},
        {"low": torch.ones(2)},
        {"goals": torch.ones(3)},
        {"columns": 5},
        {"names": slice(0, 3)},
    ],
)
def test_what_it_would_read_wrongly_is_left_to_torch(changed):
    assert counted_compiled(spoiled(block_of_scores(), **changed)) is None


@pytest.mark.parametrize("kind", [torch.int32, torch.int8])
def test_own_names_of_another_width_are_left_to_torch(kind):
    block = block_of_scores()
    sides = spoiled(block.sides, own=block.sides.own.to(kind))
    assert counted_compiled(spoiled(block, sides=sides)) is None


@pytest.mark.skipif(not is_compiled(), reason="the compiled way was not built")
@pytest.mark.parametrize(
    ("place", "value"), [(0, None), (1, -1), (2, -1), (3, 3), (6, None), (8, -1), (14, None)]
)
def test_the_library_itself_refuses_what_leads_out_of_memory(place, value):
    count_above = counting._count_above()
    memory = torch.zeros(64, dtype=torch.float64)
    at = memory.data_ptr()
    right = [at, 1, 4, 4, at, at, at, at, 1, at, at, at, at, 1e-11, at]
    assert count_above(*right) == counting.DONE
    wrong = [*right[:place], value, *right[place + 1 :]]
    assert count_above(*wrong) != counting.DONE
