"""A tower learns to name things from restyled drawings."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, final

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from transformers import EfficientNetModel
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.files import read_text, write_text
from deixis.train.config import OptimConfig
from deixis.train.task import Losses, ParameterGroup, Task
from deixis_lab.things.art import WHOLE, open_art
from deixis_lab.things.artists import ARTISTS, seen_artists
from deixis_lab.things.names import thing_named, thing_names
from deixis_lab.towers.drawings_source import RestyledDrawings
from deixis_lab.towers.figures import SMALLEST, looked_at, rates_by_list
from deixis_lab.towers.lite import blank_lite0, imagenet_lite0, with_gates, without_gates
from deixis_lab.towers.naming import MEANING_WEIGHT, NamingTower, naming_losses
from deixis_lab.towers.words import meanings
from deixis_lab.zoo.training.averaged import Averaged

HEADS, NAMES, TOWER = "heads.safetensors", "names.json", "tower"
HEADS_LR_SHARE = 3.0  # they begin with nothing


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class NamingOptions:
    """What a tower begins with, and whose drawings it learns from."""

    stored_name = "NamingOptions"

    start: Literal["imagenet", "blank"] = "imagenet"  # its first weights
    teaches: Literal["names", "groups"] = "names"  # groups: a coarse tower, told no name at all
    houses: tuple[str, ...] = ()  # whose artists it learns from; none: all that are not held out
    art: str = WHOLE  # small: what ships, for a try
    seed: int = 0  # of the untrained weights
    averaging: float = 0.998  # memory of the averaged weights; 0: none


@final
class NamingTask(Task):
    """Lite0, tuned whole."""

    def __init__(self, options: NamingOptions) -> None:
        self.options = options
        artists = _artists(options.houses)
        art = open_art(options.art)
        by_them = art.only(artists)
        listed = [thing.name for thing in thing_names() if not thing.is_held_out]
        self.names = tuple(name for name in listed if name in by_them.by_name)
        self.artists = artists
        told = list(self.names)
        if options.teaches == "groups":
            told = [thing_named(name).group for name in self.names]
        self.classes = tuple(dict.fromkeys(told))
        self.class_of = torch.tensor([self.classes.index(one) for one in told])
        start = imagenet_lite0() if options.start == "imagenet" else blank_lite0(options.seed)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(options.seed)
            self.tower = NamingTower(without_gates(start), len(self.classes))
        self.tower.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.words = meanings(self.classes)
        self.average = Averaged(self.tower, memory=options.averaging)
        self.module = self.average
        self.source = RestyledDrawings(names=self.names, artists=artists, art=options.art)

    @override
    def loss(self, batch: Mapping[str, np.ndarray], step: int) -> Losses:
        pixels = torch.from_numpy(batch["pixels"]).to(self.device)
        pictures = (pixels.float() / 127.5 - 1.0).contiguous(memory_format=torch.channels_last)
        names = self.class_of[torch.from_numpy(batch["names"])].to(self.device)
        words = self.words.to(self.device)
        listed, meant, right = naming_losses(self.tower, pictures, names, words)
        return Losses(
            total=listed + MEANING_WEIGHT * meant,
            weight=float(len(names)),
            parts={"list": listed.detach(), "meaning": meant.detach(), "right": right},
        )

    @override
    def parameter_groups(self, optim: OptimConfig) -> list[ParameterGroup]:
        body = [*self.tower.tower.parameters()]
        matrices = tuple(one for one in body if one.ndim > 1)
        heads = tuple(p for n, p in self.tower.named_parameters() if not n.startswith("tower."))
        return [
            ParameterGroup(parameters=matrices, weight_decay=optim.weight_decay),
            ParameterGroup(parameters=tuple(p for p in body if p.ndim <= 1), weight_decay=0.0),
            ParameterGroup(
                parameters=heads, weight_decay=optim.weight_decay, lr_share=HEADS_LR_SHARE
            ),
        ]

    @override
    def after_step(self, step: int) -> None:
        self.average.follow()

    @override
    def evaluate(self, step: int) -> dict[str, float]:
        """The share of drawings by artists of houses that it never met that it names rightly, or
        whose groups.
        """
        unmet = [artist.name for artist in ARTISTS if artist.name not in self.artists]
        art = open_art(self.options.art)
        with self.average.averaged():
            looked = looked_at(self.tower, art, self.names, unmet, [SMALLEST])
            looked = [replace(seen, right=self.class_of[seen.right]) for seen in looked]
            rates = rates_by_list(self.tower, looked)
        return {rate.artist: rate.first for rate in rates}

    @override
    def save(self, folder: Path) -> None:
        """The tower as transformers loads it, and beside it the heads and what they list."""
        with self.average.averaged():
            save_tower(self.tower, self.classes, folder)


def save_tower(tower: NamingTower, names: tuple[str, ...], folder: Path) -> None:
    """Write it into a folder, in parts that others can read."""
    with_gates(tower.tower).save_pretrained(folder / TOWER)
    state = tower.state_dict()
    heads = {
        key: value.contiguous() for key, value in state.items() if not key.startswith("tower.")
    }
    save_file(heads, folder / HEADS)
    write_text(folder / NAMES, json.dumps(names, indent=0, ensure_ascii=False) + "\n")


def shipped_tower() -> Path:
    """The folder of the tower inside this package, in 16-bit weights."""
    return Path(__file__).parent / "weights"


def load_tower(folder: Path) -> tuple[NamingTower, tuple[str, ...]]:
    """What `save_tower` wrote, and the names that it lists."""
    if not (folder / NAMES).is_file():
        raise UsageError(f"there is no tower of things in {folder}")
    names = tuple(json.loads(read_text(folder / NAMES)))
    body = EfficientNetModel.from_pretrained(folder / TOWER, use_safetensors=True)
    tower = NamingTower(without_gates(body.float()), len(names))
    heads = {key: value.float() for key, value in load_file(folder / HEADS).items()}
    tower.load_state_dict(heads, strict=False)
    return tower.eval(), names


def _artists(houses: tuple[str, ...]) -> tuple[str, ...]:
    if not houses:
        return seen_artists()
    known = {artist.house for artist in ARTISTS}
    for house in houses:
        if house not in known:
            raise UsageError(f"the houses are {', '.join(sorted(known))}, got {house!r}")
    return tuple(artist.name for artist in ARTISTS if artist.house in houses)
