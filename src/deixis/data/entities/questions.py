"""Questions on pictures of entities are made from templates: the name, yes or no, one of four.

They are made in the same way from any set, so that ranks and answers can be joined, and so that a
model can be tuned on them. Which wrong names are offered depends on the picture and the seed alone.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from deixis.core import region_json
from deixis.core.errors import UsageError
from deixis.core.files import make_folder, write_bytes, write_text
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.data.entities.entity_set import Entities, EntityPicture
from deixis.data.question_text import LETTERS, SHORT, lettered

NAMING, YES_NO, CHOICE = "naming", "yes_no", "choice"
KINDS = (NAMING, YES_NO, CHOICE)
SLOT = "it"
NUM_CHOICES = 4
OF_PICTURE = {
    NAMING: ("What does the picture show?", "What is this?", "Name what is in the picture."),
    YES_NO: ("Does the picture show this: {name}?", "Is this {name}?"),
    CHOICE: ("What does the picture show?", "Which of these is in the picture?"),
}
OF_REGION = {
    NAMING: ("What is the object {it}?", "What is the thing {it}?", "Name the object {it}."),
    YES_NO: ("Is the object {it} this: {name}?", "Is the thing {it} this: {name}?"),
    CHOICE: ("What is the object {it}?", "Which of these is the thing {it}?"),
}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class EntityQuestion:
    """A question on a picture has an answer, and maybe choices that stand in it."""

    entity: str
    kind: str
    text: str
    answer: str
    picture: EntityPicture
    choices: tuple[str, ...] = ()

    @property
    def regions(self) -> Mapping[str, Region]:
        """The region stands by the slot of the words."""
        return {} if self.picture.region is None else {SLOT: self.picture.region}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class QuestionOptions:
    """These questions are asked. `names` are those that wrong answers are taken of; empty: the
    entities'.
    """

    kinds: tuple[str, ...] = KINDS
    names: tuple[str, ...] = ()
    seed: int = 0
    words: int | None = None  # which of a kind's words; None: by lot

    def __post_init__(self) -> None:
        for kind in self.kinds:
            if kind not in KINDS:
                raise UsageError(f"kinds of questions are {', '.join(KINDS)}, got {kind!r}")


def entity_questions(
    entities: Entities, options: QuestionOptions | None = None
) -> list[EntityQuestion]:
    """Every picture gets its questions, in the order of the pictures."""
    options = options or QuestionOptions()
    names = tuple(sorted(set(options.names or entities.names) | set(entities.names)))
    if len(names) < NUM_CHOICES and CHOICE in options.kinds:
        raise UsageError(f"a choice of {NUM_CHOICES} needs as many names, got {len(names)}")
    return [one for p in entities.pictures for one in questions_of(p, names, options)]


def questions_of(
    picture: EntityPicture, names: Sequence[str], options: QuestionOptions
) -> list[EntityQuestion]:
    """One picture gets its questions."""
    return [_asked(picture, kind, names, options) for kind in options.kinds]


def write_questions(questions: Sequence[EntityQuestion], folder: Path) -> Path:
    """The questions are written as `questions.json` in LLaVA's format, with copies of the pictures
    beside it.
    """
    make_folder(folder / "pictures")
    rows = []
    for number, one in enumerate(questions):
        regions = {slot: region_json.to_record(region) for slot, region in one.regions.items()}
        spoken = [
            {"from": "human", "value": f"<image>\n{one.text}"},
            {"from": "gpt", "value": one.answer},
        ]
        rows.append(
            {
                "id": f"{number}/{one.kind}",
                "image": _file_of(one.picture, folder),
                "conversations": spoken,
                "regions": regions,
            }
        )
    path = folder / "questions.json"
    write_text(path, json.dumps(rows, ensure_ascii=False) + "\n")
    return path


def _file_of(picture: EntityPicture, folder: Path) -> str:
    """A copy lies beside the questions, named by its content: rows lead nowhere else."""
    name = f"pictures/{picture.content[:24]}.png"
    if not (folder / name).exists():
        image = picture.source if isinstance(picture.source, Image) else picture.image()
        write_bytes(folder / name, image.png())
    return name


def _asked(
    picture: EntityPicture, kind: str, names: Sequence[str], options: QuestionOptions
) -> EntityQuestion:
    told = f"{picture.entity} {picture.content} {kind}"
    draws = np.random.default_rng([options.seed, zlib.crc32(told.encode())])
    forms = (OF_PICTURE if picture.region is None else OF_REGION)[kind]
    word = int(draws.integers(len(forms))) if options.words is None else options.words
    text, others = forms[word], [name for name in names if name != picture.entity]
    answer = picture.entity
    choices: tuple[str, ...] = ()
    if kind == YES_NO:
        is_yes = draws.random() < 0.5 or not others
        answer = "yes" if is_yes else "no"
        name = picture.entity if is_yes else others[int(draws.integers(len(others)))]
        text = text.replace("{name}", name) + f"\n{SHORT}"
    elif kind == CHOICE:
        wrong = draws.permutation(len(others))[: NUM_CHOICES - 1]
        place = int(draws.integers(NUM_CHOICES))
        listed = [others[int(i)] for i in wrong]
        choices = (*listed[:place], picture.entity, *listed[place:])
        text, answer = lettered(text, choices), LETTERS[place]
    return EntityQuestion(
        entity=picture.entity,
        kind=kind,
        text=text,
        answer=answer,
        picture=picture,
        choices=choices,
    )
