"""A linear probe finds what a plane can tell apart, on pictures that it did not learn from."""

import hashlib

import numpy as np
import pytest
import torch
from torch.nn import functional

import deixis as dx
from deixis.core.errors import UsageError
from deixis.data.entities.entity_set import EntityPicture
from deixis.priors.linear_probe import FOLDS, fit, held_out, probed, probed_pictures, shuffled


def picture(entity, number, content=None):
    image = dx.Image(pixels=np.full((3, 4, 3), number % 256, dtype=np.uint8))
    content = content or hashlib.sha256(f"{entity} {number}".encode()).hexdigest()
    return EntityPicture(entity=entity, source=image, content=content)


def set_of(num_names=5, each=8):
    return [picture(f"thing {n}", k) for n in range(num_names) for k in range(each)]


def rows_of(labels, *, apart, dim=12, seed=0):
    draws = torch.Generator().manual_seed(seed)
    means = torch.randn(int(max(labels)) + 1, dim, generator=draws) * apart
    return means[torch.tensor(labels)] + torch.randn(len(labels), dim, generator=draws)


def test_what_lies_apart_is_told_apart_and_noise_is_not():
    kept = probed_pictures(set_of())
    found = probed(rows_of(kept.labels, apart=4.0), kept.labels, kept.folds)
    assert (found.said == kept.labels).mean() == 1
    noise = probed(rows_of(kept.labels, apart=0.0), kept.labels, kept.folds)
    assert (noise.said == kept.labels).mean() < 0.5


def test_shuffled_names_are_told_apart_by_nothing():
    kept = probed_pictures(set_of(num_names=4, each=24))
    dealt = shuffled(kept.labels, 3)
    assert sorted(dealt) == sorted(kept.labels)
    assert (dealt != kept.labels).any()
    found = probed(rows_of(kept.labels, apart=4.0), dealt, kept.folds)
    assert (found.said == dealt).mean() < 0.45


def test_the_fit_is_a_minimum_and_the_same_again():
    kept = probed_pictures(set_of())
    rows = rows_of(kept.labels, apart=0.5).double()
    first, again = (fit(rows, kept.labels, num=5, penalty=0.01) for _ in range(2))
    assert torch.equal(first.planes, again.planes)
    planes = first.planes.clone().requires_grad_(True)
    offsets = first.offsets.clone().requires_grad_(True)
    scores = ((rows - first.mean) / first.scale) @ planes.T + offsets
    loss = functional.cross_entropy(scores, torch.from_numpy(kept.labels))
    (loss + 0.005 * planes.square().sum()).backward()
    assert planes.grad.abs().max() < 1e-3
    assert offsets.grad.abs().max() < 1e-3


def test_a_larger_penalty_gives_shorter_planes():
    kept = probed_pictures(set_of())
    rows = rows_of(kept.labels, apart=1.0)
    lengths = [
        float(fit(rows, kept.labels, num=5, penalty=penalty).planes.norm())
        for penalty in (1.0, 0.1, 0.01)
    ]
    assert lengths == sorted(lengths)


def test_the_penalty_that_did_best_on_others_is_taken():
    kept = probed_pictures(set_of(num_names=3, each=40))
    found = probed(rows_of(kept.labels, apart=0.3, dim=60), kept.labels, kept.folds)
    shares = dict(found.curve)
    assert len(shares) > 3
    assert max(shares.values()) > shares[1e-5]


def test_scale_and_place_of_the_vectors_change_nothing():
    kept = probed_pictures(set_of())
    rows = rows_of(kept.labels, apart=0.7)
    said = [probed(one, kept.labels, kept.folds).said for one in (rows, 100 * rows + 7)]
    assert (said[0] == said[1]).mean() > 0.95


def test_every_picture_is_tried_once_and_entities_are_spread_over_the_folds():
    kept = probed_pictures(set_of(each=9))
    for place in range(len(kept.names)):
        counts = np.bincount(kept.folds[kept.labels == place], minlength=FOLDS)
        assert counts.min() >= 9 // FOLDS
    found = probed(rows_of(kept.labels, apart=4.0), kept.labels, kept.folds)
    assert (found.said >= 0).all()


def test_a_picture_of_two_entities_is_tried_at_once_with_both():
    both = [picture("thing 0", 90, "same"), picture("thing 1", 91, "same")]
    kept = probed_pictures([*set_of(num_names=2), *both])
    at = [place for place, one in enumerate(kept.pictures) if one.content == "same"]
    assert len(at) == 2
    assert len(set(kept.folds[at].tolist())) == 1


def test_entities_with_few_pictures_are_left_out_and_told():
    kept = probed_pictures([*set_of(), picture("rare", 0), picture("rare", 1)])
    assert "rare" not in kept.names
    (left,) = kept.left_out
    assert left.reason == "it has 2 pictures of 4 needed"
    with pytest.raises(UsageError, match="two or more with at least 4 pictures each, got 1"):
        probed_pictures(set_of(num_names=1))


def test_held_out_pictures_are_named_by_what_was_learnt():
    kept = probed_pictures(set_of())
    rows = rows_of(kept.labels, apart=4.0)
    learnt = kept.folds != 0
    folds = kept.folds[learnt] - 1
    said = held_out(rows[learnt], kept.labels[learnt], folds, rows[~torch.from_numpy(learnt)])
    assert (said == kept.labels[~learnt]).mean() == 1
