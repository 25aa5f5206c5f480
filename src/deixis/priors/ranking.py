"""Rank_e of a set of entities: how well an encoder knows each, by the ranks of its pictures.

The paper (arXiv 2503.18034) names a metric Rank_e; its formula was not to be had. This is our own:
per picture the exact rank of its entity's name among all candidates (`ranks`), per entity their
mean, with an interval over pictures.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, final

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

from deixis.core.errors import UsageError
from deixis.core.files import make_folder, read_text, write_text
from deixis.core.json_lines import parse
from deixis.core.typed_json import read_as
from deixis.data.entities.entity_set import Entities, EntityPicture, LeftOut
from deixis.evals.statistics.effects import StandardError
from deixis.priors.cache import embedded
from deixis.priors.candidates import Candidates
from deixis.priors.encoders import PriorEncoder
from deixis.priors.exact_ranks import Blocks, exact_ranks

EDGES = (2.0, 10.0, 50.0)  # mean ranks up to which an entity is of a band
QUARTERS = ("best known quarter", "second quarter", "third quarter", "least known quarter")
PROTOTYPES = "(prototypes of held-out pictures)"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EntityRank:
    """What an encoder knows of one entity. `low` and `high` are a 95 % interval of the mean.

    `normalised` is 1 for the first of all candidates and 0 for the last. `ranks` are sorted.
    """

    name: str
    mean: float
    median: float
    reciprocal: float
    normalised: float
    low: float
    high: float
    band: str
    quarter: str
    ranks: tuple[float, ...]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Ranking:
    """Rank_e of every entity, the least known first, and what it depends on.

    `by`: "names" or "prototypes". `digest` is of the candidates and templates.
    """

    encoder: Mapping[str, str]
    by: str
    num_candidates: int
    digest: str
    templates: tuple[str, ...]
    entities: tuple[EntityRank, ...]
    left_out: tuple[LeftOut, ...]

    def __getitem__(self, name: str) -> EntityRank:
        for one in self.entities:
            if one.name == name:
                return one
        raise UsageError(f"{name!r} was not ranked; it has no picture that can be used")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class RankOptions:
    """Among what, how, and where embeddings are kept.

    `names` empty: the entities' own; `templates` empty: the encoder's own.
    """

    names: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    edges: tuple[float, ...] = EDGES
    cache: Path | None = None
    blocks: Blocks = field(default_factory=Blocks)

    def __post_init__(self) -> None:
        rises = list(self.edges) == sorted(set(self.edges)) and np.isfinite(self.edges).all()
        if not self.edges or not rises:
            raise UsageError(f"edges of bands rise, got {self.edges}")


def rank(entities: Entities, encoder: PriorEncoder, options: RankOptions | None = None) -> Ranking:
    """How well this encoder knows each of the entities."""
    options = options or RankOptions()
    pictures = sorted(entities.pictures, key=lambda p: (p.entity, p.content))
    candidates = Candidates(
        names=tuple(sorted(options.names or entities.names)),
        templates=options.templates or encoder.templates,
    )
    places = candidates.places(entities.names)
    vectors = embedded(encoder, pictures, options.cache)
    if encoder.has_names:
        own = torch.tensor([places[picture.entity] for picture in pictures])
        found = exact_ranks(vectors, candidates.embedded(encoder), own, blocks=options.blocks)
        ranked = list(zip(pictures, found.tolist(), strict=True))
        left: tuple[LeftOut, ...] = ()
        count = len(candidates.names)
    else:
        if options.names or options.templates:
            raise UsageError(
                f"{encoder.record['encoder']} has no words: it is asked without names and templates"
            )
        ranked, left, count = _by_prototypes(pictures, vectors, options.blocks)
    return Ranking(
        encoder=encoder.record,
        by="names" if encoder.has_names else "prototypes",
        num_candidates=count,
        digest=candidates.digest,
        templates=candidates.templates if encoder.has_names else (PROTOTYPES,),
        entities=summarised(ranked, count, options.edges),
        left_out=(*entities.left_out, *left),
    )


def _by_prototypes(
    pictures: Sequence[EntityPicture], vectors: Float[Tensor, "picture dim"], blocks: Blocks
) -> tuple[list[tuple[EntityPicture, float]], tuple[LeftOut, ...], int]:
    """Each half of an entity's pictures by the means of all entities' other halves."""
    by_entity: dict[str, list[int]] = {}
    for place, picture in enumerate(pictures):
        by_entity.setdefault(picture.entity, []).append(place)
    lonely = [name for name, places in by_entity.items() if len(places) < 2]
    left = tuple(
        LeftOut(entity=name, picture="", reason="one picture alone: a prototype needs another")
        for name in lonely
    )
    halved = {name: places for name, places in by_entity.items() if name not in lonely}
    if len(halved) < 2:
        raise UsageError("prototypes need at least two entities with two pictures each")
    unit = torch.nn.functional.normalize(vectors.double(), dim=-1)
    ranked: list[tuple[EntityPicture, float]] = []
    for half in (0, 1):
        prototypes = torch.stack(
            [unit[places[1 - half :: 2]].mean(0) for places in halved.values()]
        )
        asked = [(row, place) for row, own in enumerate(halved.values()) for place in own[half::2]]
        found = exact_ranks(
            vectors[[place for _, place in asked]],
            prototypes.float(),
            torch.tensor([row for row, _ in asked]),
            blocks=blocks,
        )
        ranked += [(pictures[place], r) for (_, place), r in zip(asked, found, strict=True)]
    return ranked, left, len(halved)


def summarised(
    ranked: Sequence[tuple[EntityPicture, float]],
    num_candidates: int,
    edges: Sequence[float] = EDGES,
) -> tuple[EntityRank, ...]:
    """From the ranks of pictures to entities, the least known first."""
    by_entity: dict[str, list[float]] = {}
    for picture, value in ranked:
        by_entity.setdefault(picture.entity, []).append(float(value))
    means = {name: float(np.mean(values)) for name, values in by_entity.items()}
    order = sorted(means, key=lambda name: (means[name], name))
    found = []
    for place, name in enumerate(order):
        ranks = np.sort(by_entity[name])
        low, high = interval_of_mean(ranks, (1.0, float(num_candidates)))
        found.append(
            EntityRank(
                name=name,
                mean=means[name],
                median=float(np.median(ranks)),
                reciprocal=float(np.mean(1 / ranks)),
                normalised=1 - (means[name] - 1) / (num_candidates - 1),
                low=low,
                high=high,
                band=band_of(means[name], edges),
                quarter=QUARTERS[place * len(QUARTERS) // len(order)],
                ranks=tuple(ranks.tolist()),
            )
        )
    return tuple(reversed(found))


def interval_of_mean(
    values: Float64[np.ndarray, " value"], possible: tuple[float, float]
) -> tuple[float, float]:
    """Student's 95 % interval of the mean, within what is possible. One value alone tells no
    spread: all that is possible.
    """
    if len(values) < 2:
        return possible
    mean, error = float(values.mean()), float(values.std(ddof=1)) / len(values) ** 0.5
    half = StandardError(size=error, freedom=len(values) - 1).half()
    return max(possible[0], mean - half), min(possible[1], mean + half)


def bands(edges: Sequence[float] = EDGES) -> tuple[str, ...]:
    """The names of the bands, the best known first."""
    return (*(f"rank up to {edge:g}" for edge in edges), f"rank over {edges[-1]:g}")


def band_of(mean: float, edges: Sequence[float]) -> str:
    """Whose edges a mean rank lies between."""
    return bands(edges)[int(np.searchsorted(edges, mean, side="left"))]


FORMAT = "deixis ranking 1"
RANKS = "ranks.json"


def to_record(ranking: Ranking) -> dict[str, Any]:  # Any: what JSON holds
    """For JSON."""
    return {"format": FORMAT, **asdict(ranking)}


def from_record(record: object) -> Ranking:
    """From what JSON held; UsageError where it is no ranking."""
    if not isinstance(record, Mapping) or record.get("format") != FORMAT:
        raise UsageError(f"this is no ranking ({FORMAT!r})")
    told = {key: value for key, value in record.items() if key != "format"}
    try:
        return read_as(Ranking, told, name="ranking")
    except UsageError as problem:
        raise UsageError(f"this ranking is broken: {problem}") from None


def save_ranking(ranking: Ranking, folder: Path) -> Path:
    """Write it into a folder."""
    make_folder(folder)
    path = folder / RANKS
    write_text(path, json.dumps(to_record(ranking), indent=1, ensure_ascii=False) + "\n")
    return path


def load_ranking(path: Path) -> Ranking:
    """From a file, or from the folder that it was written into."""
    file = path / RANKS if path.is_dir() else path
    try:
        record = parse(read_text(file))
    except (OSError, ValueError, RecursionError) as problem:
        raise UsageError(
            f"there is no ranking in {path} ({problem}); deixis prior rank … --out {path}"
        ) from None
    return from_record(record)
