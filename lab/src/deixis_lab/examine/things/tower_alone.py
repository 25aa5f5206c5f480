"""How often a tower names the drawings of an examination, each alone and as large as it stood."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

import torch

from deixis.evals.findings import JudgedTrial
from deixis_lab.examine.things.scene_trials import ThingExamination
from deixis_lab.things.art import Art
from deixis_lab.towers.figures import AT_ONCE, FILLED, TOP, alone, for_tower
from deixis_lab.towers.naming import NamingTower

TOWER, TOWER_BEST = "the tower, the drawing alone", "the tower, among its five best"
Placed: TypeAlias = tuple[int, ThingExamination]  # by the number of the scene


def answers_of_tower(
    tower: NamingTower, names: Sequence[str], art: Art, examined: Mapping[int, ThingExamination]
) -> list[JudgedTrial]:
    """The tower's list on each scene's target, drawn upright on white with its frame as large as in
    the scene; whether its best name was right, and whether one of its five best was.

    A name that the tower does not list is never right.
    """
    by_side = sorted(examined.items(), key=lambda one: _side(one[1]))
    answers: list[JudgedTrial] = []
    was_training = tower.training
    tower.eval()
    for side, alike in groupby(by_side, key=lambda one: _side(one[1])):
        rows = list(alike)
        for begin in range(0, len(rows), AT_ONCE):
            answers += _answers(tower, names, art, rows[begin : begin + AT_ONCE], side)
    tower.train(was_training)
    return answers


def _side(one: ThingExamination) -> int:
    """Of the picture in which the drawing alone is as large as in its scene."""
    return round(one.frame / FILLED)


@torch.no_grad()
def _answers(
    tower: NamingTower, names: Sequence[str], art: Art, rows: Sequence[Placed], side: int
) -> Iterator[JudgedTrial]:
    pictures = for_tower(alone(art, [one.drawing for _, one in rows], side))
    scores = tower.by_list(tower.features(pictures))
    best = scores.topk(min(TOP, len(names))).indices.tolist()
    for (scene, one), places in zip(rows, best, strict=True):
        said = [names[place] for place in places]
        for condition, counted in ((TOWER, said[:1]), (TOWER_BEST, said)):
            yield JudgedTrial(
                scene=scene,
                condition=condition,
                pair="",
                is_right=one.target.name in counted,
                cluster=one.target.drawing,
            )
