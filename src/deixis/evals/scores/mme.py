"""MME's score: accuracy, and the share of pictures with both questions right (Fu et al., 2023).

Of each subtask 0 to 200; perception is the sum of ten, up to 2000, cognition of four, up to 800.
"""

import numpy as np
from jaxtyping import Float

from deixis.evals.measure import ratio

PERCEPTION = (
    *("existence", "count", "position", "color", "posters"),
    *("celebrity", "scene", "landmark", "artwork", "OCR"),
)
COGNITION = ("commonsense_reasoning", "numerical_calculation", "text_translation", "code_reasoning")
SUBTASKS = (*PERCEPTION, *COGNITION)
QUESTIONS = 2  # of a picture
READ = 4  # letters that MME's program looks at
NUMBERS = tuple(f"{subtask}: {what}" for subtask in SUBTASKS for what in ("asked", "right"))


def read_mme(answer: str) -> bool | None:
    """As MME's own program reads: yes or no within the first letters, yes first; else None."""
    start = answer.strip().lower()[:READ]
    if "yes" in start:
        return True
    return False if "no" in start else None


def mme_numbers(subtask: str, *, is_right: bool) -> dict[str, float]:
    """One answer among the NUMBERS."""
    told = {f"{subtask}: asked": 1.0, f"{subtask}: right": float(is_right)}
    return dict.fromkeys(NUMBERS, 0.0) | told


def with_pairs(sums: Float[np.ndarray, "picture number"]) -> Float[np.ndarray, "picture column"]:
    """Of each picture and subtask: asked, right, whether both were asked, whether both are right.

    `sums` are those of the NUMBERS, the number of answers behind them. A picture with one answer
    alone counts among the answers, not among the pairs.
    """
    each = sums[:, : len(NUMBERS)].reshape(len(sums), len(SUBTASKS), 2)
    pairs = each >= QUESTIONS
    return np.concatenate([each, pairs], axis=-1).reshape(len(sums), 4 * len(SUBTASKS))


def mme_score(sums: Float[np.ndarray, "*more column"]) -> Float[np.ndarray, "*more"]:
    """The sum over the subtasks that are there, each 0 to 2."""
    each = sums.reshape(*sums.shape[:-1], len(SUBTASKS), 4)
    accuracy = ratio(each[..., 1], each[..., 0], nothing=0.0)
    of_pairs = ratio(each[..., 3], each[..., 2], nothing=0.0)
    return np.asarray((accuracy + of_pairs).sum(-1))
