"""Questions on scenes of which something is known, and how a model is asked with it."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from deixis.ask.knowledge_forms import FORMS, Knowledge
from deixis.coordinates import dialects
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.evals.findings import Trial
from deixis.knowledge.note_corruption import NoteCorruption
from deixis.knowledge.saved import load_prompt
from deixis.models.interface import VisionLanguageModel
from deixis.train.conversations import OpenedTurn
from deixis_lab.things.world import HELD_OUT
from deixis_lab.world.scene import SIGN
from deixis_lab.zoo.training.asked_things import DRAWN, AskedThings
from deixis_lab.zoo.training.knowledge_task import SceneKnowledgeOptions
from deixis_lab.zoo.training.known_scenes import KnownScenes

# drawings by artists that the tower never saw, in scenes that no training has had
RARE = replace(HELD_OUT, split="novel_houses")
NAMES, WORDS, COUNTS, RELATIONS, PRESENCE = (
    *("rare names", "small words", "counting", "relations"),
    "is it there",
)
OTHERS = (WORDS, COUNTS, RELATIONS, PRESENCE)
SORTS = {
    "naming": NAMES,
    "reading": WORDS,
    "reading_alone": WORDS,
    "counting": COUNTS,
    "relation": RELATIONS,
    "presence": PRESENCE,
}
NO_HARM = NoteCorruption()
MARKS = 3  # on a picture that is asked about
ASKS = ",".join(SORTS)  # the kinds of questions that are trained and asked
# of every training with knowledge here, by the recipe nano_knowledge
LEARNT = (
    f"task.asks={ASKS}",
    *("steps=64", "num_workers=0", "evaluate_every=64", "task.num_held_out=2"),
)


def questions(index: int, harm: NoteCorruption = NO_HARM) -> tuple[OpenedTurn, ...]:
    """All questions about a scene of RARE, with notes after some harm; that a sign is one is not
    asked.
    """
    scenes = _known(harm)
    turns = scenes.turns(index, np.random.default_rng(index))
    return tuple(one for one in turns if one.turn.answer != SIGN)


def known_trial(
    condition: str, opened: OpenedTurn, notes: tuple[Region, ...] | None = None
) -> Trial:
    """A question with what is known, or with other notes."""
    return Trial(
        condition=condition,
        image=opened.images[0],
        text=opened.turn.text,
        answer=opened.turn.answer,
        pair=opened.turn.text,
        notes=opened.notes[0] if notes is None else notes,
        cluster=opened.turn.answer if opened.kind == "naming" else "",
    )


@cache
def _known(harm: NoteCorruption) -> KnownScenes:
    dialect = dialects.get("padded_unit")()
    asked = AskedThings(
        world=RARE,
        dialect=dialect,
        num_marks=MARKS,
        way=DRAWN,
        is_restyled=False,
        asks=tuple(SORTS),
    )
    return KnownScenes(asked=asked, harm=harm)


def knowledge_of(options: object, folder: Path, model: VisionLanguageModel) -> Knowledge | None:
    """The form that a stage with these options was trained with; None: no knowledge at all."""
    if not isinstance(options, SceneKnowledgeOptions) or options.knowledge.form == "none":
        return None
    form = options.knowledge.form
    return knowledge_by(folder / "knowledge" if form == "infused" else form, model)


def knowledge_by(name: str | Path, model: VisionLanguageModel) -> Knowledge:
    """told, drawn, or the folder of a trained prompt; what is known comes with the trials."""
    if str(name) in FORMS and name != "infused":
        return Knowledge(look=_nothing, form=str(name))
    loaded = load_prompt(Path(name).expanduser(), model)
    return Knowledge(look=_nothing, prompt=loaded.prompt, record={"prompt": loaded.digest})


def _nothing(image: Image) -> tuple[Region, ...]:
    """Notes come with the trials."""
    return ()
