"""The measures of descriptions: METEOR over the whole set, and the mean CIDEr-D."""

from collections.abc import Sequence

from deixis.evals.measure import Measure
from deixis.evals.scores import meteor
from deixis.evals.scores.cider import Frequencies, cider_d

CAPTION_MEASURES = (
    Measure(
        name="METEOR (exact, stem)",
        numbers=meteor.NUMBERS,
        value=lambda sums: meteor.value(sums[..., :-1]),
    ),
    Measure(name="CIDEr-D", numbers=("cider",), is_bounded=False),
)


def caption_numbers(
    answer: str, references: Sequence[str], frequencies: Frequencies
) -> dict[str, float]:
    """What both measures sum."""
    cider = cider_d(answer, references, frequencies)
    return meteor.best_numbers(answer, references) | {"cider": cider}
