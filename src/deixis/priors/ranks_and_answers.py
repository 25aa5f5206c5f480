"""Ranks and answers of the same entities, joined, with what else may tell them apart."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import final

import numpy as np
from jaxtyping import Float64

from deixis.core.errors import UsageError
from deixis.core.files import make_folder, read_text, write_text
from deixis.core.json_lines import parse
from deixis.core.typed_json import object_of, read_as
from deixis.core.untrusted_text import shown
from deixis.data.entities.entity_set import Entities, EntityPicture, LeftOut
from deixis.data.entities.questions import EntityQuestion
from deixis.evals.findings import JudgedTrial
from deixis.priors.cache import key_of
from deixis.priors.ranking import RANKS, EntityRank, Ranking, load_ranking
from deixis.priors.ranking import from_record as ranking_from
from deixis.priors.ranking import to_record as ranking_to

JOINED = "entities.json"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedAnswer:
    """One judged answer: on which picture and region of the set, of what kind."""

    picture: str
    kind: str
    is_right: bool


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class AskedEntity:
    """An entity's answers, and what else may tell why it is missed.

    `size` is the share of the picture that it covers in the mean, `frequency` how often tuning
    data has it, None where nobody says.
    """

    name: str
    answers: tuple[JudgedAnswer, ...]
    size: float
    frequency: float | None

    @property
    def accuracy(self) -> float:
        """The share of right answers; NaN of none."""
        return float(np.mean([one.is_right for one in self.answers])) if self.answers else np.nan


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Joined:
    """A ranking and the answers of a model, by entity."""

    ranking: Ranking
    model: str
    asked: tuple[AskedEntity, ...]

    @property
    def both(self) -> list[tuple[EntityRank, AskedEntity]]:
        """Entities that were ranked and asked about, the least known first."""
        by_name = {one.name: one for one in self.asked if one.answers}
        return [(r, by_name[r.name]) for r in self.ranking.entities if r.name in by_name]

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What is in no figure."""
        ranked = {one.name for one in self.ranking.entities}
        unranked = tuple(
            LeftOut(entity=one.name, picture="", reason="it has answers, and no rank")
            for one in self.asked
            if one.name not in ranked
        )
        asked = {one.name for one in self.asked}
        unasked = tuple(
            LeftOut(entity=name, picture="", reason="it has a rank, and no answers")
            for name in sorted(ranked - asked)
        )
        return (*self.ranking.left_out, *unranked, *unasked)


def join(
    ranking: Ranking,
    entities: Entities,
    questions: Sequence[EntityQuestion],
    judged: Sequence[JudgedTrial],
    *,
    model: str,
    frequencies: Mapping[str, float] | None = None,
) -> Joined:
    """Answers by entity; `judged` tell their question by its place."""
    answers: dict[str, list[JudgedAnswer]] = {name: [] for name in entities.names}
    for one in judged:
        question = questions[one.scene]
        answers[question.entity].append(
            JudgedAnswer(
                picture=key_of(question.picture), kind=question.kind, is_right=one.is_right
            )
        )
    sizes: dict[str, list[float]] = {}
    for picture in entities.pictures:
        sizes.setdefault(picture.entity, []).append(_share(picture))
    return Joined(
        ranking=ranking,
        model=model,
        asked=tuple(
            AskedEntity(
                name=name,
                answers=tuple(own),
                size=float(np.mean(sizes[name])),
                frequency=None if frequencies is None else float(frequencies.get(name, 0.0)),
            )
            for name, own in answers.items()
        ),
    )


def column(joined: Joined, name: str) -> Float64[np.ndarray, " entity"]:
    """A number of each entity of `joined.both`: prior, accuracy, size, frequency, length."""
    ways = {
        "prior": lambda rank, asked: rank.normalised,
        "accuracy": lambda rank, asked: asked.accuracy,
        "size": lambda rank, asked: asked.size,
        "frequency": lambda rank, asked: np.nan if asked.frequency is None else asked.frequency,
        "length": lambda rank, asked: float(len(rank.name)),
    }
    return np.array([ways[name](rank, asked) for rank, asked in joined.both], dtype=float)


def save_joined(joined: Joined, folder: Path) -> None:
    """Write it into a folder."""
    make_folder(folder)
    record = {
        "ranking": ranking_to(joined.ranking),
        "model": joined.model,
        "asked": [asdict(one) for one in joined.asked],
    }
    write_text(folder / JOINED, json.dumps(record, ensure_ascii=False) + "\n")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _JoinedRecord:
    """What the file holds beside the ranking."""

    model: str
    asked: tuple[AskedEntity, ...]


def load_joined(folder: Path) -> Joined:
    """From the folder of a report."""
    try:
        told = object_of(parse(read_text(folder / JOINED)), name="a report")
        ranking = ranking_from(told.pop("ranking", None))
        record = read_as(_JoinedRecord, told, name="report")
        return Joined(ranking=ranking, model=record.model, asked=record.asked)
    except (OSError, ValueError, UsageError) as problem:
        raise UsageError(
            f"there is no report of priors in {folder} ({problem}); deixis prior report … --out "
            f"{folder}"
        ) from None


def load_either(folder: Path) -> Joined:
    """A report, or a ranking alone, whose entities were asked nothing."""
    if (folder / RANKS).is_file() and not (folder / JOINED).is_file():
        return Joined(ranking=load_ranking(folder), model="", asked=())
    return load_joined(folder)


def read_frequencies(path: Path) -> dict[str, float]:
    """How often tuning data has each entity: a JSON object of names and numbers."""
    try:
        record = object_of(parse(read_text(path)), name="it")
        return {name: read_as(float, count, name=shown(name)) for name, count in record.items()}
    except (OSError, ValueError, UsageError) as problem:
        raise UsageError(f"{path} is no JSON object of names and counts: {problem}") from None


def _share(picture: EntityPicture) -> float:
    if picture.region is None:
        return 1.0
    size, box = picture.image().size, picture.region.box()
    return box.area / size.area
