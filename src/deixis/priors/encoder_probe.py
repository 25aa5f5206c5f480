"""Is there anything to repair? An encoder's features are asked directly, beside its own words.

Rank_e is what an encoder's words, or prototypes, find. A linear probe is what its features hold.
Where the probe finds what the words do not, the encoder sees the entity, and a repair of it mends
nothing; where neither does, it may not see it, and only training it (`unfrozen`) tells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import final

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.nn import functional

from deixis.core.errors import UsageError
from deixis.core.progress import Reporter, Silent
from deixis.data.entities.entity_set import Entities, EntityPicture, LeftOut
from deixis.evals.intervals import Interval
from deixis.evals.statistics.effects import Effect, Judged, coded, effect_of, share_of
from deixis.priors.cache import embedded
from deixis.priors.candidates import Candidates
from deixis.priors.encoders import PriorEncoder
from deixis.priors.exact_ranks import exact_ranks
from deixis.priors.linear_probe import (
    FOLDS,
    PENALTIES,
    ProbedPictures,
    held_out,
    probed,
    probed_pictures,
    shuffled,
)
from deixis.priors.repair.pictures import lesson_of

MARGIN = 5.0  # points that matter
CEILING = 0.9  # of right answers, above which there is hardly anything to gain
LEAST_PICTURES = 40  # that are tried, below which intervals tell nothing


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeOptions:
    """How an encoder is probed. `names`: the entities (none: all), as those that a model misses.

    `penalties` are tried from the largest on; `margin` are the points that would matter; `cache` is
    where embeddings are kept.
    """

    names: tuple[str, ...] = ()
    penalties: tuple[float, ...] = PENALTIES
    margin: float = MARGIN
    seed: int = 0
    cache: Path | None = None

    def __post_init__(self) -> None:
        if not self.penalties or min(self.penalties) <= 0:
            raise UsageError(f"penalties are above 0, got {self.penalties}")
        if not self.margin > 0:
            raise UsageError(f"the margin is above 0 points, got {self.margin}")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbedShare:
    """So large a share of the pictures was named right, within its interval."""

    share: float
    interval: Interval

    def __str__(self) -> str:
        low, high = 100 * self.interval.low, 100 * self.interval.high
        return f"{100 * self.share:.1f} % ({low:.0f} to {high:.0f})"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Mistaken:
    """A picture was taken for another entity by the probe."""

    picture: EntityPicture
    said: str


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EncoderProbe:
    """What was found. `own` is by the encoder's words or prototypes, `by` which of them; `control`
    is a probe of shuffled names; `more` is the probe less `own`, on the same pictures. `gain` is
    what training the encoder added on held-out pictures, where that was tried.
    """

    encoder: Mapping[str, str]
    by: str
    names: tuple[str, ...]
    num_pictures: int
    probe: ProbedShare
    own: ProbedShare
    control: ProbedShare
    more: Effect
    curve: tuple[tuple[float, float], ...]
    by_entity: tuple[tuple[str, int, float, float], ...]  # its pictures, shares of probe and own
    mistaken: tuple[Mistaken, ...]
    left_out: tuple[LeftOut, ...]
    options: ProbeOptions = field(default_factory=ProbeOptions)
    gain: Effect | None = None

    @property
    def guess(self) -> float:
        """The share that is right by lot."""
        return 1 / len(self.names)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ProbeVerdict:
    """Whether there is something to repair, in a word and in sentences: what was found, and what to
    do next. None: this cannot tell.
    """

    repairs: bool | None
    word: str
    why: str
    next: str


def num_fits(options: ProbeOptions) -> int:
    """So many probes are fitted: of each fold by every penalty and by the best, and shuffled."""
    return FOLDS * (len(options.penalties) + 2)


def probe_encoder(
    entities: Entities,
    encoder: PriorEncoder,
    options: ProbeOptions | None = None,
    reporter: Reporter | None = None,
) -> EncoderProbe:
    """Probe an encoder, frozen, for its entities."""
    options, reporter = options or ProbeOptions(), reporter or Silent()
    chosen = entities.of(options.names) if options.names else entities
    kept = probed_pictures(chosen.pictures)
    reporter.say(f"{len(kept.pictures)} pictures of {len(kept.names)} entities are embedded")
    vectors = functional.normalize(embedded(encoder, kept.pictures, options.cache), dim=-1)
    reporter.say(f"{FOLDS} probes, {len(options.penalties)} penalties each")
    found = probed(vectors, kept.labels, kept.folds, penalties=options.penalties)
    dealt = shuffled(kept.labels, options.seed)
    best = max(found.curve, key=lambda tried: tried[1])[0]
    control = probed(vectors, dealt, kept.folds, penalties=(best,))
    own = _own_words(encoder, vectors, kept)
    hits = found.said == kept.labels
    return EncoderProbe(
        encoder=encoder.record,
        by="names" if encoder.has_names else "prototypes",
        names=kept.names,
        num_pictures=len(kept.pictures),
        probe=_share(hits, kept.pictures),
        own=_share(own, kept.pictures),
        control=_share(control.said == dealt, kept.pictures),
        more=effect_of(_judged(hits.astype(float) - own, kept.pictures)),
        curve=found.curve,
        by_entity=_by_entity(kept, hits, own),
        mistaken=tuple(
            Mistaken(picture=kept.pictures[place], said=kept.names[found.said[place]])
            for place in np.flatnonzero(~hits)
        ),
        left_out=(*chosen.left_out, *kept.left_out),
        options=options,
    )


def gained(
    entities: Entities, before: PriorEncoder, after: PriorEncoder, options: ProbeOptions
) -> Effect:
    """How many points more a probe finds on pictures that neither it nor the encoder's training
    had: those that `prior repair` holds out.
    """
    lesson = lesson_of(entities, options.names, per_entity=None, at_random=False, seed=options.seed)
    names = {name: place for place, name in enumerate(lesson.taught.names)}
    learnt = lesson.taught.pictures
    asked = [one for one in lesson.held_taught.pictures if one.entity in names]
    if not asked:
        raise UsageError(f"no picture is held out: an entity needs {FOLDS} pictures and more")
    labels = np.array([names[one.entity] for one in learnt])
    turns = dict.fromkeys(names, 0)
    folds = np.zeros(len(learnt), dtype=np.int64)
    for place, one in enumerate(learnt):
        folds[place] = turns[one.entity] % (FOLDS - 1)
        turns[one.entity] += 1
    truth = np.array([names[one.entity] for one in asked])
    hits = []
    for encoder in (before, after):
        rows = functional.normalize(embedded(encoder, learnt, options.cache), dim=-1)
        others = functional.normalize(embedded(encoder, asked, options.cache), dim=-1)
        said = held_out(rows, labels, folds, others, penalties=options.penalties)
        hits.append((said == truth).astype(float))
    return effect_of(_judged(hits[1] - hits[0], asked))


def verdict_of(found: EncoderProbe) -> ProbeVerdict:
    """What it comes to. Each sentence rests on an interval, and none on its middle."""
    lot = f"{100 * found.guess:.1f} % are by lot"
    if found.num_pictures < LEAST_PICTURES:
        told = f"{found.num_pictures} pictures are tried, {LEAST_PICTURES} are needed"
        return ProbeVerdict(repairs=None, word="not testable", why=told, next="Give more pictures.")
    if found.control.interval.low > found.guess + found.options.margin / 100:
        told = f"a probe of shuffled names is right in {found.control}, {lot}"
        asked = "Look for near copies of one picture among an entity's."
        return ProbeVerdict(repairs=None, word="not testable", why=told, next=asked)
    if found.gain is not None:
        return _of_training(found, found.gain)
    if found.own.interval.low >= CEILING:
        told = f"its {found.by} name {found.own} of them: ceiling"
        return ProbeVerdict(repairs=False, word="nothing to repair", why=told, next=DONE)
    if found.probe.interval.low <= found.guess:
        told = f"a probe names {found.probe}, {lot}: floor"
        return ProbeVerdict(repairs=None, word="not testable", why=told, next=TRAIN)
    if found.more.low > 0 and found.more.value >= found.options.margin:
        told = f"a probe names {found.probe}, its {found.by} {found.own}: {found.more}"
        return ProbeVerdict(repairs=False, word="it sees them", why=told, next=ALIGN)
    told = f"a probe names {found.probe}, its {found.by} {found.own}"
    return ProbeVerdict(repairs=None, word="may be repaired", why=told, next=TRAIN)


DONE = "Leave the encoder; ask the model itself (`deixis prior report`)."
ALIGN = (
    "Leave the encoder: what is missing is the way from its features to words. Tune the projector "
    "and the language side on questions (`deixis prior repair --how questions`)."
)
TRAIN = "Try it: the same command with --unfrozen trains the encoder, and probes it again."
REPAIR = "Repair it: `deixis prior repair`, then `deixis prior compare`."
OTHERS = "Training on these pictures adds nothing that a probe can use: give more, or leave it."


def _of_training(found: EncoderProbe, gain: Effect) -> ProbeVerdict:
    margin = found.options.margin
    told = f"training the encoder changes what a probe finds on held-out pictures by {gain}"
    if gain.low > 0 and gain.value >= margin:
        return ProbeVerdict(
            repairs=True, word="there is something to repair", why=told, next=REPAIR
        )
    if gain.high < margin:
        return ProbeVerdict(repairs=False, word="nothing to repair", why=told, next=OTHERS)
    more = f"{told}; {margin:g} points would matter, and this cannot tell"
    return ProbeVerdict(repairs=None, word="too few pictures", why=more, next="Give more pictures.")


def _own_words(
    encoder: PriorEncoder, vectors: Float[Tensor, "picture dim"], kept: ProbedPictures
) -> Bool[np.ndarray, " picture"]:
    """Which pictures the encoder itself names: by its names, or the means of the other folds."""
    labels = torch.from_numpy(kept.labels)
    if encoder.has_names:
        candidates = Candidates(names=kept.names, templates=encoder.templates)
        ranks = exact_ranks(vectors, candidates.embedded(encoder), labels)
        return np.asarray(ranks == 1)
    hits = np.zeros(len(kept.labels), dtype=bool)
    for fold in range(FOLDS):
        tried = torch.from_numpy(kept.folds == fold)
        means = torch.zeros(len(kept.names), vectors.shape[1])
        means.index_add_(0, labels[~tried], vectors[~tried].float())
        hits[kept.folds == fold] = exact_ranks(vectors[tried], means, labels[tried]) == 1
    return hits


def _by_entity(
    kept: ProbedPictures, hits: Bool[np.ndarray, " picture"], own: Bool[np.ndarray, " picture"]
) -> tuple[tuple[str, int, float, float], ...]:
    """The entities that the probe misses most come first."""
    rows = []
    for place, name in enumerate(kept.names):
        chosen = kept.labels == place
        rows.append(
            (name, int(chosen.sum()), float(hits[chosen].mean()), float(own[chosen].mean()))
        )
    return tuple(sorted(rows, key=lambda row: (row[2], row[3], row[0])))


def _share(hits: Bool[np.ndarray, " picture"], pictures: Sequence[EntityPicture]) -> ProbedShare:
    judged = _judged(hits.astype(float), pictures)
    return ProbedShare(share=float(hits.mean()), interval=share_of(judged))


def _judged(values: Float[np.ndarray, " picture"], pictures: Sequence[EntityPicture]) -> Judged:
    """Pictures of one entity go together."""
    count = len(pictures)
    clusters: Int64[np.ndarray, " picture"] = coded([one.entity for one in pictures])
    return Judged(
        values=values,
        seeds=np.zeros(count, dtype=np.int64),
        clusters=clusters,
        pictures=coded([one.content for one in pictures]),
    )
