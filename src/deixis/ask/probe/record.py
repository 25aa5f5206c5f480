"""A probe as plain JSON, and as a contract that `load` takes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from deixis._version import __version__
from deixis.ask.probe.estimate import Estimate
from deixis.ask.probe.following import Followed
from deixis.ask.probe.natives import told_resize
from deixis.coordinates.contract import Contract
from deixis.coordinates.resizing import Kept
from deixis.core.errors import UsageError

if TYPE_CHECKING:
    from deixis.ask.probe.probing import Probe

NAMED = 4  # meanings that are alike, in a note
Json: TypeAlias = dict[str, Any]  # Any: JSON


def contract_of_probe(probe: "Probe") -> Contract:
    """What was measured, as a contract; UsageError where the dialect cannot be told."""
    verdict = probe.verdict
    if verdict.dialect is None:
        raise UsageError(f"no contract comes of this probe: {verdict.why}")
    resize = told_resize(verdict.dialect, verdict.resize)
    return Contract(
        name=probe.model,
        dialect=verdict.dialect,
        source=f"deixis probe {__version__}, seed {probe.settings.seed}",
        date=probe.date,
        resize=resize or Kept(),
        marks=marks_told(probe),
        note=f"{verdict_told(probe)} {_limits_told(probe)}",
        measured=record_of(probe),
    )


def record_of(probe: "Probe") -> Json:
    """All that was measured, without the answers."""
    verdict, exact = probe.verdict, probe.exactness
    return {
        "model": probe.model,
        "date": probe.date,
        "deixis": __version__,
        "seed": probe.settings.seed,
        "calls": {
            "asked": probe.num_calls,
            "kept": probe.num_kept,
            "failed": len(probe.failures),
            "places": len(probe.places.answers),
            "without_place": probe.places.num_refused,
        },
        "dialect": {
            "told": verdict.is_told,
            "why_not": verdict.why,
            "dialect": verdict.dialect,
            "not_told_apart": list(verdict.dialects[1:]),
            "dialect_sure": round(verdict.dialect_sure, 4),
            "order": verdict.order,
            "space": verdict.space,
            "resize": None if verdict.resize is None else verdict.resize.record(),
            "sure": round(verdict.sure, 4),
            "alike": list(verdict.alike),
            "likeliest": {one.name: round(one.probability, 4) for one in verdict.ranked},
            "forms": {one.name: round(one.probability, 4) for one in verdict.ranked_dialects},
            "share_right": round(verdict.share_right, 4),
            "share_known": round(verdict.share_known, 4),
        },
        "exactness": None
        if exact is None
        else {
            "error_percent": _numbers(exact.error),
            "overlap": _numbers(exact.overlap),
            "found": _numbers(exact.found),
        },
        "encodings": {
            "said_in": probe.said_in,
            "without_pointing": _numbers(probe.encodings.control),
            "recommended": probe.encodings.recommended,
            "followed": [_followed(one) for one in probe.encodings.followed],
        },
    }


def verdict_told(probe: "Probe") -> str:
    """The verdict on the dialect in a sentence."""
    verdict = probe.verdict
    if not verdict.is_told:
        return f"Its dialect cannot be told: {verdict.why}."
    assert verdict.meaning is not None
    names = " or ".join(verdict.dialects)
    told = f"It writes places as {names}, {verdict.meaning.told} ({verdict.sure:.1%} sure)"
    if probe.exactness is None:
        return f"{told}."
    return f"{told}; the median error is {probe.exactness.error.told()} % of the side."


def _limits_told(probe: "Probe") -> str:
    """What the contract rests on: the largest picture, and what it did not tell apart."""
    sizes = {answer.picture.size for answer in probe.places.answers if answer.has_place}
    largest = max(sizes, key=lambda size: size.area)
    told = f"Measured on pictures up to {largest}."
    alike = probe.verdict.alike[:NAMED]
    return f"{told} Not told apart from it: {'; '.join(alike)}." if alike else told


def marks_told(probe: "Probe") -> str:
    """What it follows, in a sentence; empty where that was not measured."""
    if not probe.encodings.followed:
        return ""
    names = [_short(one.encoding) for one in probe.encodings.followed if one.is_followed]
    if not names:
        return "no encoding was seen to be followed"
    best = probe.encodings.recommended
    return f"followed: {', '.join(names)}; best: {_short(best or '')}"


def _short(way: str) -> str:
    """A spec without its colour: "drawn:arrow"."""
    return way.partition(",")[0]


def _followed(one: Followed) -> Mapping[str, object]:
    return {
        "encoding": one.encoding,
        "followed": one.is_followed,
        "right": _numbers(one.right),
        "swapped": _numbers(one.swapped),
        "chance": one.chance,
        "why_not": one.why_not,
    }


def _numbers(one: Estimate) -> Json | None:
    if one.num == 0:
        return None
    return {
        "value": round(one.value, 4),
        "low": round(one.low, 4),
        "high": round(one.high, 4),
        "num": one.num,
    }
