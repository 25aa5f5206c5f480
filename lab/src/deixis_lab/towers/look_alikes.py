"""Can a tower tell look-alikes apart: the hours of clocks, the phases of the moon, which flag?

The gate of VisPRE's test. A tower that was taught groups alone has something to repair if a linear
reader of its frozen features cannot tell their members apart, and the same tower, free to learn
from the same drawings, can.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import final

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.train.config import OptimConfig
from deixis.train.source import Source
from deixis.train.task import Losses, ParameterGroup, Task, decayed_groups
from deixis_lab.things.art import WHOLE, Art, open_art
from deixis_lab.things.artists import ARTISTS, seen_artists
from deixis_lab.things.drawings import Drawing
from deixis_lab.things.names import thing_named, thing_names
from deixis_lab.towers.figures import AT_ONCE, alone
from deixis_lab.towers.lite import WIDTH
from deixis_lab.towers.restyle import Lots
from deixis_lab.towers.task import load_tower, shipped_tower

READER = "look_alikes.safetensors"
GROUPS = ("clocks", "moons", "arrows", "zodiac", "flags", "faces")
SIDE = 64  # pixels of the pictures
LEAST_ARTISTS = 2  # that training needs of a member
TURN, SHIFT, SCALE = 0.1, 0.12, (0.75, 1.0)  # by which a drawing is moved: less than an hour's turn
BACK_LR = 0.1  # of a tower that is free to learn, beside its reader's


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class LookAlikeOptions:
    """Which tower is asked, and about which groups."""

    stored_name = "LookAlikeOptions"

    tower: str = ""  # folder of what `things_tower` made; empty: the one that ships
    frozen: bool = True  # only a linear reader learns; false: the tower, too
    groups: tuple[str, ...] = GROUPS  # of the look-alikes that are told apart
    art: str = WHOLE  # small: what ships, for a try


@final
@dataclass(frozen=True, kw_only=True)
class LookAlikes(Source):
    """Endless drawings of members by seen artists, each member as often as any other, moved a
    little on a ground of one colour.
    """

    groups: tuple[str, ...]
    art: str

    @property
    @override
    def num_examples(self) -> int | None:
        return None

    @cached_property
    def drawings(self) -> dict[str, tuple[Drawing, ...]]:
        """Those of each member by its code, of whom training has enough."""
        found: dict[str, list[Drawing]] = {}
        for drawing in self.by_seen.drawings:
            if thing_named(drawing.name).look_alikes in self.groups:
                found.setdefault(drawing.code, []).append(drawing)
        return {
            code: tuple(drawn)
            for code, drawn in sorted(found.items())
            if len({one.artist for one in drawn}) >= LEAST_ARTISTS
        }

    @cached_property
    def by_seen(self) -> Art:
        """The art of seen artists."""
        return open_art(self.art).only(seen_artists())

    @override
    def example(self, index: int, generator: np.random.Generator) -> tuple[Drawing, int, int]:
        members = list(self.drawings.values())
        place = index % len(members)
        drawn = members[place]
        chosen = drawn[int(generator.integers(len(drawn)))]
        return chosen, place, int(generator.integers(1 << 62))

    @override
    def collate(self, examples: Sequence[tuple[Drawing, int, int]]) -> dict[str, np.ndarray]:
        """Pictures as bytes, and the places of their members."""
        chosen, places, seeds = zip(*examples, strict=True)
        level = self.by_seen.levels[SIDE]
        pixels = np.stack([level[drawing.place] for drawing in chosen])
        drawn = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
        moved = _moved(drawn, torch.Generator().manual_seed(seeds[0]))
        return {"pixels": (moved * 255).round().byte().numpy(), "places": np.array(places)}


@final
class LookAlikeTask(Task):
    """A linear reader of a tower's features tells members apart."""

    def __init__(self, options: LookAlikeOptions) -> None:
        self.options = options
        known = sorted({named.look_alikes for named in thing_names() if named.look_alikes})
        for group in options.groups:
            if group not in known:
                raise UsageError(
                    f"no look-alikes of {group} are known, but of {', '.join(sorted(known))}"
                )
        source = LookAlikes(groups=options.groups, art=options.art)
        self.codes = list(source.drawings)
        if len(self.codes) < 2:
            asked = ", ".join(options.groups)
            raise UsageError(f"no look-alikes of {asked} are drawn often enough")
        self.tower, _ = load_tower(Path(options.tower) if options.tower else shipped_tower())
        for weight in self.tower.parameters():
            weight.requires_grad_(not options.frozen)
        self.source = source
        self.reader = nn.Linear(WIDTH, len(self.codes))
        nn.init.zeros_(self.reader.weight)
        nn.init.zeros_(self.reader.bias)
        self.module = nn.ModuleDict({"tower": self.tower.tower, "reader": self.reader})

    @override
    def loss(self, batch: Mapping[str, np.ndarray], step: int) -> Losses:
        pixels = torch.from_numpy(batch["pixels"]).to(self.device)
        scores = self._scores(pixels.float() / 127.5 - 1.0)
        right = torch.from_numpy(batch["places"]).to(self.device)
        hits = (scores.argmax(1) == right).float().mean()
        total = functional.cross_entropy(scores, right)
        return Losses(total=total, weight=float(len(right)), parts={"right": hits})

    @override
    def parameter_groups(self, optim: OptimConfig) -> list[ParameterGroup]:
        groups = decayed_groups(self.reader, optim.weight_decay)
        if self.options.frozen:
            return groups
        body = tuple(self.tower.tower.parameters())
        return [*groups, ParameterGroup(parameters=body, weight_decay=0.0, lr_share=BACK_LR)]

    @override
    @torch.no_grad()
    def evaluate(self, step: int) -> dict[str, float]:
        """The share of members that are told rightly, by seen artists and by those of houses that
        no training has met, each drawing as it stands.
        """
        art, codes = open_art(self.options.art), self.codes
        shares: dict[str, float] = {}
        for key, is_met in (("seen", True), ("unseen", False)):
            met = {artist.name for artist in ARTISTS if artist.is_held_out != is_met}
            drawn = [one for one in art.drawings if one.code in codes and one.artist in met]
            hits: list[Tensor] = []
            for begin in range(0, len(drawn), AT_ONCE):
                some = drawn[begin : begin + AT_ONCE]
                right = torch.tensor([codes.index(one.code) for one in some])
                best = self._scores(alone(art, some, SIDE).to(self.device)).argmax(1).cpu()
                hits.append((best == right).float())
            if hits:
                shares[key] = float(torch.cat(hits).mean())
        return shares

    @override
    def save(self, folder: Path) -> None:
        state = {key: value.contiguous() for key, value in self.module.state_dict().items()}
        save_file(state, folder / READER)

    def _scores(self, pictures: Tensor) -> Tensor:
        if self.options.frozen:
            self.tower.eval()
        scores: Tensor = self.reader(self.tower.features(pictures))
        return scores


def _moved(drawn: Tensor, generator: torch.Generator) -> Tensor:
    """Premultiplied drawings turned, shifted and scaled a little, each on a ground of its own."""
    lots = Lots(generator, len(drawn))
    turn, scale = lots.between(-TURN, TURN), 1 / lots.between(*SCALE)
    rows = (
        torch.stack([turn.cos() * scale, -turn.sin() * scale, lots.between(-SHIFT, SHIFT)], 1),
        torch.stack([turn.sin() * scale, turn.cos() * scale, lots.between(-SHIFT, SHIFT)], 1),
    )
    grid = functional.affine_grid(torch.stack(rows, 1), list(drawn.shape), align_corners=False)
    moved = functional.grid_sample(drawn, grid, mode="bilinear", align_corners=False)
    placed: Tensor = moved[:, :3] + lots.wide(0.4, 1.0, 3) * (1 - moved[:, 3:])
    return placed.clamp(0, 1)
