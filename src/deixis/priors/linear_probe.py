"""A linear probe: how well a plane for each entity tells its pictures apart by their vectors.

What a linear probe can read is in the features, whatever the encoder's own words say. It is tried
on pictures that it did not learn from, and its regularisation is chosen on others of those it did.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from jaxtyping import Float, Int64, Integer
from torch import Tensor
from torch.nn import functional

from deixis.core.errors import UsageError
from deixis.core.portable_rng import Draws
from deixis.data.entities.entity_set import EntityPicture, LeftOut

FOLDS = 4  # parts of each entity's pictures: one is tried, one chooses the penalty
PENALTIES = (1.0, 0.1, 0.01, 1e-3, 1e-4, 1e-5)
STEPS = 40  # of L-BFGS; each penalty goes on where the one before ended
SHUFFLING = 57  # what draws are for


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbedPictures:
    """Pictures of entities that have enough of them; each is tried in one fold."""

    pictures: tuple[EntityPicture, ...]
    names: tuple[str, ...]
    labels: Int64[np.ndarray, " picture"]
    folds: Int64[np.ndarray, " picture"]
    left_out: tuple[LeftOut, ...]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Probed:
    """What a probe said of pictures that it had not learnt from: the place of a name for each.

    `curve` is the share of right answers by penalty, on the pictures that chose among them.
    """

    said: Int64[np.ndarray, " picture"]
    curve: tuple[tuple[float, float], ...]


def probed_pictures(pictures: Sequence[EntityPicture]) -> ProbedPictures:
    """Entities with fewer pictures than FOLDS are left out; what stands in one picture together is
    tried together.
    """
    by_entity: dict[str, list[EntityPicture]] = {}
    for picture in sorted(pictures, key=lambda one: (one.entity, one.content)):
        by_entity.setdefault(picture.entity, []).append(picture)
    names = tuple(name for name, own in sorted(by_entity.items()) if len(own) >= FOLDS)
    left = tuple(
        LeftOut(entity=name, picture="", reason=f"it has {len(own)} pictures of {FOLDS} needed")
        for name, own in sorted(by_entity.items())
        if len(own) < FOLDS
    )
    if len(names) < 2:
        raise UsageError(
            f"a probe tells entities apart: give two or more with at least {FOLDS} pictures each, "
            f"got {len(names)}"
        )
    fold_of: dict[str, int] = {}
    kept: list[EntityPicture] = []
    for name in names:
        for turn, picture in enumerate(by_entity[name]):
            fold_of.setdefault(picture.content, turn % FOLDS)
            kept.append(picture)
    places = {name: place for place, name in enumerate(names)}
    return ProbedPictures(
        pictures=tuple(kept),
        names=names,
        labels=np.array([places[one.entity] for one in kept]),
        folds=np.array([fold_of[one.content] for one in kept]),
        left_out=left,
    )


def probed(
    vectors: Float[Tensor, "picture dim"],
    labels: Integer[np.ndarray, " picture"],
    folds: Integer[np.ndarray, " picture"],
    *,
    penalties: Sequence[float] = PENALTIES,
) -> Probed:
    """Every picture is tried once, by a probe of the other folds' pictures."""
    num, every = int(labels.max()) + 1, sorted(set(folds.tolist()))
    if len(every) < 2:
        raise UsageError(
            "a probe is tried on pictures that it did not learn from: two folds at least"
        )
    said = np.full(len(labels), -1)
    rights: list[list[float]] = []
    for turn, fold in enumerate(every):
        chooses = every[(turn + 1) % len(every)]
        learnt = (folds != fold) if len(every) == 2 else (folds != fold) & (folds != chooses)
        asked = (folds != fold) if len(every) == 2 else folds == chooses
        tried = _swept(vectors, labels, learnt, asked, num=num, penalties=penalties)
        rights.append(tried)
        best = penalties[int(np.argmax(tried))]
        fitted = fit(_some(vectors, folds != fold), labels[folds != fold], num=num, penalty=best)
        said[folds == fold] = fitted.say(_some(vectors, folds == fold))
    means = np.mean(rights, axis=0).tolist()
    return Probed(said=said, curve=tuple(zip(penalties, means, strict=True)))


def held_out(
    vectors: Float[Tensor, "picture dim"],
    labels: Integer[np.ndarray, " picture"],
    folds: Integer[np.ndarray, " picture"],
    others: Float[Tensor, "other dim"],
    *,
    penalties: Sequence[float] = PENALTIES,
) -> Int64[np.ndarray, " other"]:
    """What a probe of all these pictures says of others; one fold of them chooses the penalty."""
    num, first = int(labels.max()) + 1, folds == 0
    tried = _swept(vectors, labels, ~first, first, num=num, penalties=penalties)
    best = penalties[int(np.argmax(tried))]
    return fit(vectors, labels, num=num, penalty=best).say(others)


def shuffled(labels: Integer[np.ndarray, " picture"], seed: int) -> Int64[np.ndarray, " picture"]:
    """The control: the same names, dealt to the pictures by lot."""
    return np.array(Draws(seed, SHUFFLING).shuffled(labels.tolist()))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class LinearProbe:
    """Planes in the space of vectors that are centred and scaled by those that were learnt from."""

    planes: Float[Tensor, "name dim"]
    offsets: Float[Tensor, " name"]
    mean: Float[Tensor, " dim"]
    scale: Float[Tensor, ""]

    def say(self, vectors: Float[Tensor, "picture dim"]) -> Int64[np.ndarray, " picture"]:
        """The name of each picture, by its place."""
        scores = ((vectors.double() - self.mean) / self.scale) @ self.planes.T + self.offsets
        found: np.ndarray = scores.argmax(dim=1).numpy()
        return found


def fit(
    vectors: Float[Tensor, "picture dim"],
    labels: Integer[np.ndarray, " picture"],
    *,
    num: int,
    penalty: float,
    start: "LinearProbe | None" = None,
) -> LinearProbe:
    """Multinomial logistic regression; `penalty` times half the planes' squared length is added to
    the mean loss of a picture. The result depends on nothing but what is given.
    """
    mean = vectors.double().mean(dim=0)
    centred = vectors.double() - mean
    scale = centred.square().sum(dim=1).mean().sqrt().clamp_min(1e-12)
    x, y = centred / scale, torch.from_numpy(np.asarray(labels, dtype=np.int64))
    planes = torch.zeros(num, x.shape[1], dtype=torch.float64) if start is None else start.planes
    offsets = torch.zeros(num, dtype=torch.float64) if start is None else start.offsets
    weights = [planes.clone().requires_grad_(True), offsets.clone().requires_grad_(True)]
    optimiser = torch.optim.LBFGS(
        weights, max_iter=STEPS, tolerance_grad=1e-7, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimiser.zero_grad()
        found = functional.cross_entropy(x @ weights[0].T + weights[1], y)
        total = found + penalty / 2 * weights[0].square().sum()
        total.backward()
        return total

    with torch.enable_grad():
        optimiser.step(loss)
    return LinearProbe(
        planes=weights[0].detach(), offsets=weights[1].detach(), mean=mean, scale=scale
    )


def _swept(
    vectors: Float[Tensor, "picture dim"],
    labels: Integer[np.ndarray, " picture"],
    learnt: np.ndarray,
    asked: np.ndarray,
    *,
    num: int,
    penalties: Sequence[float],
) -> list[float]:
    """The share of right answers by each penalty, from the largest on."""
    if len(penalties) == 1:  # there is nothing to choose
        return [0.0]
    found, now = [], None
    own, others = _some(vectors, learnt), _some(vectors, asked)
    for penalty in penalties:
        now = fit(own, labels[learnt], num=num, penalty=penalty, start=now)
        found.append(float((now.say(others) == labels[asked]).mean()))
    return found


def _some(vectors: Float[Tensor, "picture dim"], chosen: np.ndarray) -> Float[Tensor, "some dim"]:
    return vectors[torch.from_numpy(np.asarray(chosen))]
