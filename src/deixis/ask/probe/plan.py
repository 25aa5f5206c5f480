"""What a probe would ask, without asking it."""

from typing import Any

from deixis.ask.probe.following import ways
from deixis.ask.probe.places import FIRST, next_question, pool
from deixis.ask.probe.probing import ProbeSettings


def plan(settings: ProbeSettings) -> dict[str, Any]:  # Any: JSON
    """The pictures that may be shown, the first questions, and the encodings that are tried."""
    asked: set[tuple[str, int]] = set()
    first: list[str] = []
    for count in range(min(FIRST, settings.budget)):
        question = next_question(None, asked, count, settings.seed)
        asked.add((question.picture.name, question.target))
        first.append(f"{question.picture.size}: {question.text}")
    sizes = dict.fromkeys(str(picture.size) for picture in pool(settings.seed))
    return {
        "budget": settings.budget,
        "marks_budget": settings.marks_budget,
        "seed": settings.seed,
        "pictures": list(sizes),
        "first": first,
        "encodings": list(ways()) if settings.marks_budget else [],
    }
