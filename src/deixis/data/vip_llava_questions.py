"""ViP-LLaVA's release asks this of each source, with slots where it had a mark's phrase.

The words are those of the paper's tables (2312.00784). Each function takes a generator where the
release varied its words; without one, it takes the first of them.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from deixis.data.question_text import LETTERS, SHORT, joined, lettered, sentence
from deixis.data.sample import Turn

Draws = np.random.Generator | None
One = TypeVar("One")
DESCRIBED = (
    "Describe {object}. Please provide a short phrase.",
    "What is {object}? Please provide a short phrase.",
    "Give a short description of {object}. Please provide a short phrase.",
)
RELATED = (
    "Please describe the relationship between the subject, {subject}, and the object, {object}. "
    "Answer with a short triplet (subject, relationship, object): subject and object are noun "
    "phrases, the relationship is a verb or a preposition."
)
CAPTIONED = (
    "Please describe the picture and the things that are pointed out in it; name the things, and "
    "say where each is pointed out.",
    "Describe the picture in a sentence. Name every thing that is pointed out, and say how.",
)
CAPTIONED_PLAINLY = (
    "Please describe the picture with the things that are pointed out in it; do not mention how "
    "they are pointed out.",
    "Describe the picture in a sentence with all that is pointed out; say nothing of the marks.",
)
HINT = " These are pointed out: {}."
ASKED_WHY = (
    "Why?",
    "What makes you think so?",
    "How did you come to that?",
    "Which facts in the picture show it?",
    "What is the reason for your answer?",
)
NAMED = ("What is {object}? " + SHORT, "Which thing is {object}? " + SHORT)


def picked(options: Sequence[One], draws: Draws) -> One:
    """One of the options is taken: the first, or any."""
    return options[0] if draws is None else options[int(draws.integers(len(options)))]


def chance(draws: Draws, share: float = 0.5, *, otherwise: bool) -> bool:
    """Whether something that happens so often happens now."""
    return otherwise if draws is None else bool(draws.random() < share)


def description(references: Sequence[str], draws: Draws) -> Turn:
    """A short phrase says what {object} is."""
    answer = picked(references, draws)
    return Turn(question=picked(DESCRIBED, draws), answer=answer, references=tuple(references))


def naming(name: str, draws: Draws) -> Turn:
    """The answer is the name of {object}."""
    return Turn(question=picked(NAMED, draws), answer=name)


def relation(subject: str, predicate: str, thing: str) -> Turn:
    """A triplet says how {subject} and {object} belong together."""
    return Turn(question=RELATED, answer=f"({subject}, {predicate}, {thing})")


def caption(grounded: str, plain: str, slots: Sequence[str], draws: Draws) -> Turn:
    """The picture is put into words, the things with their slots or without.

    Where the answer has no slots, the question lists them, else half of the time; without a
    generator both have them.
    """
    with_slots = chance(draws, otherwise=True)
    question = picked(CAPTIONED if with_slots else CAPTIONED_PLAINLY, draws)
    if slots and (not with_slots or chance(draws, otherwise=True)):
        question += HINT.format(joined([f"{{{slot}}}" for slot in slots]))
    answer = sentence(grounded if with_slots else plain)
    return Turn(question=question, answer=answer)


def choice(question: str, choices: Sequence[str], right: int | None) -> Turn:
    """Choices stand behind letters, to be answered by one of these; there is no answer where it is
    not known.
    """
    return Turn(
        question=lettered(question, choices),
        answer="" if right is None else LETTERS[right],
        choices=tuple(choices),
        right=right,
    )


def chosen_or_said(question: str, choices: Sequence[str], right: int, draws: Draws) -> Turn:
    """The answer is a letter, or, half of the time where there is a generator, the words of the
    choice.
    """
    if chance(draws, otherwise=True):
        return choice(question, choices, right)
    return Turn(question=question, answer=choices[right])


def counted(question: str, answer: str) -> Turn:
    """The answer is how many there are of what {object} is one of."""
    return Turn(question=f"{question} The exemplary object is {{object}}.\n{SHORT}", answer=answer)
