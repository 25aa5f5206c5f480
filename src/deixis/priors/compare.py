"""Before and after: what a repair changed in what the encoder knows and in what is answered."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import final

import numpy as np

from deixis.core import markdown
from deixis.core.errors import UsageError
from deixis.core.files import make_folder, write_text
from deixis.evals.findings import Finding, Findings, JudgedTrial, found_in
from deixis.priors.ranking import interval_of_mean
from deixis.priors.ranks_and_answers import Joined

BEFORE, AFTER, ALL = "before", "after", "all"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class BandChange:
    """The entities of one of BEFORE's bands: their mean normalised rank before and after, and the
    change with a 95 % interval over entities; their right answers, paired question by question.
    """

    band: str
    num_entities: int
    prior_before: float
    prior_after: float
    prior_change: tuple[float, float, float]
    answers: Finding | None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """All bands, then all entities together."""

    before: str
    after: str
    bands: tuple[BandChange, ...]

    def __getitem__(self, band: str) -> BandChange:
        for one in self.bands:
            if one.band == band:
                return one
        raise UsageError(f"no entity is of the band {band!r}")


def compare(before: Joined, after: Joined) -> Compared:
    """Of the same entities, asked the same."""
    first = {one.name: one for one in before.ranking.entities}
    second = {one.name: one for one in after.ranking.entities}
    if first.keys() != second.keys():
        only = sorted(first.keys() ^ second.keys())[:3]
        raise UsageError(f"the two are not of the same entities: {', '.join(only)}")
    if before.ranking.by != after.ranking.by:
        raise UsageError(
            f"one is ranked by {before.ranking.by}, the other by {after.ranking.by}: these ranks "
            "mean different things"
        )
    if before.ranking.digest != after.ranking.digest:
        raise UsageError("the two are not ranked among the same candidates")
    judged = [*_judged(before, before, BEFORE), *_judged(before, after, AFTER)]
    found = []
    for band in [*dict.fromkeys(one.band for one in reversed(before.ranking.entities)), ALL]:
        names = [name for name, one in first.items() if band in (one.band, ALL)]
        old = np.array([first[name].normalised for name in names])
        new = np.array([second[name].normalised for name in names])
        low, high = interval_of_mean(np.sort(new - old), (-1.0, 1.0))
        found.append(
            BandChange(
                band=band,
                num_entities=len(names),
                prior_before=float(old.mean()),
                prior_after=float(new.mean()),
                prior_change=(float((new - old).mean()), low, high),
                answers=_answers(judged, band),
            )
        )
    return Compared(
        before=before.ranking.encoder["encoder"],
        after=after.ranking.encoder["encoder"],
        bands=tuple(found),
    )


def write_comparison(compared: Compared, folder: Path) -> None:
    """comparison.json and README.md."""
    make_folder(folder)
    record = asdict(compared)
    before, after = map(markdown.code, (compared.before, compared.after))
    write_text(folder / "comparison.json", json.dumps(record, indent=1) + "\n")
    lines = "\n".join(
        f"| {markdown.words(one.band)} | {one.num_entities} | {one.prior_before:.3f} | "
        f"{one.prior_after:.3f} | {_told(one.prior_change)} | {_share(one)} |"
        for one in compared.bands
    )
    write_text(
        folder / "README.md",
        f"""# Before and after

{before}, then {after}. Bands are those of the first.

| band | entities | prior before | after | change (95 %) | right after, %; change (95 %) |
| --- | --- | --- | --- | --- | --- |
{lines}

Prior: 1 is the first of all candidates, 0 the last. Intervals are over entities, those of answers
paired question by question.
""",
    )


def _answers(judged: list[JudgedTrial], band: str) -> Finding | None:
    rows: Findings = found_in(
        [one for one in judged if one.condition.endswith(f"|{band}")],
        [f"{BEFORE}|{band}", f"{AFTER}|{band}"],
        baseline=f"{BEFORE}|{band}",
    )
    return rows.rows[-1] if len(rows.rows) == 2 else None


def _judged(before: Joined, own: Joined, when: str) -> Iterator[JudgedTrial]:
    """Answers under BEFORE's band of their entity, and under all."""
    bands = {one.name: one.band for one in before.ranking.entities}
    places = {name: place for place, name in enumerate(sorted(bands))}
    for entity in own.asked:
        for answer in entity.answers if entity.name in bands else ():
            for band in (bands[entity.name], ALL):
                yield JudgedTrial(
                    scene=places[entity.name],
                    condition=f"{when}|{band}",
                    pair=f"{answer.picture} {answer.kind}",
                    is_right=answer.is_right,
                )


def _share(one: BandChange) -> str:
    if one.answers is None or one.answers.change is None:
        return ""
    return f"{one.answers.told}; {one.answers.change}"


def _told(change: tuple[float, float, float]) -> str:
    value, low, high = change
    return f"{value:+.3f} ({low:+.3f} to {high:+.3f})"
