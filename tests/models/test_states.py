"""Tower states before the projector: read, placed and changed, in every family that has a joint."""

import functools

import numpy as np
import pytest
import torch
from transformers.vision_utils import get_vision_window_index

from deixis.core.errors import UnsupportedError
from deixis.models.interface import Example
from tests.long import each_of
from tests.models.families_nursery import (
    CONVOLUTIONAL,
    FAMILIES,
    asked,
    built,
    cells_inside,
    most_changed,
    painted,
    picture,
    steps_between,
)

pytestmark = [
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


# Molmo 2 says why it has none, below
each_with_a_joint = each_of("name", [one for one in FAMILIES if one.values[0] != "molmo2"])


def twisted(seen):
    """Another state each, which no norm takes back."""
    return [one.tokens.flip(-1) for one in seen]


def states(name, image):
    (seen,) = built(name).vision_tokens([image], "What?", place="before")
    return seen


@each_with_a_joint
@pytest.mark.parametrize("size", [(240, 160), (70, 110)], ids=str)
def test_painting_a_cell_changes_its_state_most_in_its_view(name, size):
    ground = picture(*size)
    before = states(name, ground)
    wrong, tried = [], 0
    for view in before.grid.views:
        for token, box in cells_inside(before.grid, view, most=4):
            after = states(name, painted(ground, box))
            change = (after.tokens - before.tokens).norm(dim=1).numpy(force=True)
            tried += 1
            most = most_changed(name, view.tokens, change)
            if steps_between(view.tokens, token, most) > (name in CONVOLUTIONAL):
                wrong.append((token, most))
    assert tried >= 2
    assert wrong == []


@each_with_a_joint
def test_every_state_has_one_place(name):
    seen = states(name, picture(100, 60))
    places = np.concatenate([view.tokens.ravel() for view in seen.grid.views])
    assert sorted(places) == list(range(len(seen.tokens)))


@each_with_a_joint
def test_states_that_are_changed_change_the_loss_and_only_while_they_are(name):
    model = built(name)
    examples = [
        Example(question=asked(picture(50, 37)), answer="cat"),
        Example(question=asked(picture(31, 90), text="What is this? big dog"), answer="dog"),
    ]
    plain = model.loss(examples)
    same = model.with_token_change(lambda seen: [one.tokens + 0 for one in seen], place="before")
    other = model.with_token_change(twisted, place="before")
    # convolutions of two passes may differ in their last digit
    near = functools.partial(torch.testing.assert_close, rtol=1e-6, atol=0.0)
    near(same.loss(examples), plain)
    assert abs(float((other.loss(examples) - plain).detach())) > 1e-4
    near(model.loss(examples), plain)


@pytest.mark.parametrize("size", [(240, 160), (500, 90), (31, 64)], ids=str)
def test_qwen2_5s_states_come_window_by_window(size):
    family = built("qwen2_5_vl").family
    grid = family.states(family.views(picture(*size).size))
    (view,) = grid.views
    merge = family.image_processor.merge_size
    order, _ = get_vision_window_index(
        torch.tensor([[1, *view.tokens.shape]]),
        spatial_merge_size=merge,
        window_size=family.config.vision_config.window_size,
        patch_size=family.image_processor.patch_size,
        kwargs={},
    )
    rows, columns = (side // merge for side in view.tokens.shape)
    token = np.arange(rows * columns).reshape(rows, columns).repeat(merge, 0).repeat(merge, 1)
    theirs = np.argsort(np.asarray(order))[token]
    np.testing.assert_array_equal(view.tokens // merge**2, theirs)


def test_molmo_2_says_why_its_states_cannot_be_changed():
    from deixis.models.families.molmo2 import Molmo2Family

    with pytest.raises(UnsupportedError, match="crops that overlap"):
        Molmo2Family.joint.fget(object())


@each_with_a_joint
def test_both_sides_of_the_projector_are_seen_at_once(name):
    model, pictures = built(name), [picture(100, 60, 1), picture(100, 60, 2)]
    before, after = model.tokens_around(pictures)
    for own, place in ((before, "before"), (after, "after")):
        for one, other in zip(own, model.vision_tokens(pictures, place=place), strict=True):
            torch.testing.assert_close(one.tokens, other.tokens)
            np.testing.assert_array_equal(one.grid.boxes, other.grid.boxes)
            assert one.picture is other.picture
