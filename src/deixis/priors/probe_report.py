"""What a probe of an encoder found, on a page: verdict, curve, entities and mistaken pictures."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from deixis.core.files import make_folder, write_bytes, write_text
from deixis.data.entities.entity_set import LeftOut
from deixis.evals.statistics.effects import Effect
from deixis.priors.encoder_probe import (
    EncoderProbe,
    Mistaken,
    ProbedShare,
    ProbeVerdict,
    verdict_of,
)
from deixis.reports import chart
from deixis.reports.chart import Share
from deixis.reports.page import cards, code, page, picture, png, section, table, text

SHOWN = 40  # entities
PICTURES = 12  # that were mistaken
WIDTH = 180  # of each, on the page
LIMITS = (
    "A linear probe finds what a plane can tell apart: features that hold an entity in another way "
    "pass for blind. It knows the entities of this set alone, and pictures like these. Pictures of "
    "one entity are one cluster of its intervals."
)


def write_probe(found: EncoderProbe, folder: Path, *, command: str) -> ProbeVerdict:
    """index.html, README.md, probe.json and curve.png."""
    verdict = verdict_of(found)
    make_folder(folder)
    shares, curve = shares_chart(found), curve_chart(found)
    write_bytes(folder / "shares.png", shares)
    write_bytes(folder / "curve.png", curve)
    told = json.dumps(to_record(found), ensure_ascii=False, indent=1)
    write_text(folder / "probe.json", told + "\n")
    write_text(folder / "README.md", _readme(found, verdict, command))
    parts = [
        section("Verdict", text(f"{verdict.word}: {verdict.why}."), text(verdict.next)),
        section("Of all pictures", png(shares, "right answers by way of asking"), _shares(found)),
        section("By penalty", png(curve, "right answers by penalty"), text(LIMITS)),
        section("Entities, the least told apart first", _entities(found)),
        section("Taken for another", _mistaken(found.mistaken)),
        section("Left out", _left_out(found.left_out)),
        section("Again", code(command)),
    ]
    lead = (
        f"{found.encoder['encoder']}, {found.num_pictures} pictures of {len(found.names)} entities"
    )
    write_text(folder / "index.html", page("What an encoder's features hold", lead, parts))
    return verdict


def to_record(found: EncoderProbe) -> dict[str, object]:
    """It as JSON."""
    verdict = verdict_of(found)
    return {
        "encoder": dict(found.encoder),
        "verdict": {"word": verdict.word, "repairs": verdict.repairs, "why": verdict.why},
        "next": verdict.next,
        "entities": len(found.names),
        "pictures": found.num_pictures,
        "guess": found.guess,
        "probe": _share_record(found.probe),
        found.by: _share_record(found.own),
        "shuffled": _share_record(found.control),
        "more": _effect_record(found.more),
        "gain": None if found.gain is None else _effect_record(found.gain),
        "curve": [{"penalty": penalty, "share": share} for penalty, share in found.curve],
        "by_entity": [
            {"entity": name, "pictures": count, "probe": probe, found.by: own}
            for name, count, probe, own in found.by_entity
        ],
        "left_out": [
            {"entity": one.entity, "picture": one.picture, "reason": one.reason}
            for one in found.left_out
        ],
    }


def rows_of(found: EncoderProbe) -> list[list[str]]:
    """The figures as they are printed."""
    rows = [
        ["a linear probe", str(found.probe)],
        [f"its {found.by}", str(found.own)],
        ["probe less these", str(found.more)],
        ["a probe of shuffled names", str(found.control)],
        ["by lot", f"{100 * found.guess:.1f} %"],
    ]
    return rows if found.gain is None else [*rows, ["gained by training", str(found.gain)]]


def shares_chart(found: EncoderProbe) -> bytes:
    """A PNG: the ways of asking, with their intervals."""
    ways = {
        "probe": found.probe,
        found.by: found.own,
        "shuffled": found.control,
    }
    drawn = [
        Share(
            condition=name,
            value=100 * one.share,
            low=100 * one.interval.low,
            high=100 * one.interval.high,
        )
        for name, one in ways.items()
    ]
    return chart.shares("right, %", drawn)


def curve_chart(found: EncoderProbe) -> bytes:
    """A PNG: the share of right answers over penalties, on the pictures that chose among them."""
    drawn = [
        Share(condition=f"{math.log10(penalty):g}", value=100 * s, low=100 * s, high=100 * s)
        for penalty, s in sorted(found.curve)
    ]
    return chart.shares("right of the pictures that chose", drawn, axis="penalty, as a power of 10")


def _readme(found: EncoderProbe, verdict: ProbeVerdict, command: str) -> str:
    rows = "\n".join(f"| {name} | {value} |" for name, value in rows_of(found))
    return (
        f"# What an encoder's features hold\n\n**{verdict.word}**: {verdict.why}. "
        f"{verdict.next}\n\n"
        f"`{found.encoder['encoder']}`, {found.num_pictures} pictures of {len(found.names)} "
        f"entities.\n\n| | right |\n| --- | --- |\n{rows}\n\n{LIMITS}\n\n    {command}\n"
    )


def _shares(found: EncoderProbe) -> str:
    return table(("", "right (95 %)"), rows_of(found))


def _entities(found: EncoderProbe) -> str:
    taken: dict[str, Counter[str]] = {}
    for one in found.mistaken:
        taken.setdefault(one.picture.entity, Counter())[one.said] += 1
    rows = [
        (name, str(count), f"{100 * probe:.0f}", f"{100 * own:.0f}", _others(taken.get(name)))
        for name, count, probe, own in found.by_entity[:SHOWN]
    ]
    return table(("entity", "pictures", "probe, %", f"{found.by}, %", "taken for"), rows)


def _others(taken: "Counter[str] | None") -> str:
    return "" if taken is None else ", ".join(f"{name} ({n})" for name, n in taken.most_common(3))


def _mistaken(mistaken: Sequence[Mistaken]) -> str:
    """One picture of each entity, as far as there is room."""
    first: dict[str, Mistaken] = {}
    for one in mistaken:
        first.setdefault(one.picture.entity, one)
    shown = list(first.values())[:PICTURES]
    if not shown:
        return text("None.")
    figures = []
    for one in shown:
        image = one.picture.image()
        caption = f"{one.picture.entity}: taken for {one.said}"
        regions = [] if one.picture.region is None else [one.picture.region]
        figures.append(picture(image, caption, regions=regions, width=WIDTH))
    return cards(figures)


def _left_out(left: Sequence[LeftOut]) -> str:
    rows = [(one.entity, one.picture, one.reason) for one in left]
    return table(("entity", "picture", "why"), rows) if rows else text("Nothing.")


def _share_record(one: ProbedShare) -> dict[str, float]:
    return {"share": one.share, "low": one.interval.low, "high": one.interval.high}


def _effect_record(one: Effect) -> dict[str, float]:
    return {"points": one.value, "low": one.low, "high": one.high}
