"""An answer is kept under a key that says who was asked what.

The key covers all that decides an answer: the pixels that are sent, the words, how the answer is
made, and the model with its weights as they lie in memory. A change to any of them is another
question.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from deixis.ask.model import Model
from deixis.core import region_json
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.models.interface import Generation, Picture, Question, VisionLanguageModel, numbers_of

Identity: TypeAlias = Mapping[str, str]


def identity(model: VisionLanguageModel, *, changed: str | None = None) -> Identity:
    """Besides the question, a model's answers depend on this.

    A model whose tokens or pixels are changed on the way must be told apart by `changed`, a name of
    your own: functions cannot be compared.
    """
    hidden = model.record.get("changed")
    if hidden and changed is None:
        raise UsageError(
            f"{model.name} has its {hidden} changed: pass changed=NAME, a name for that "
            "change, so that its answers are not taken for another's"
        )
    named = {} if changed is None else {"changed": changed}
    return {**model.identity, **named}


def asked_of(model: Model) -> Identity:
    """A model's answers depend on this as it is asked, with what it knows of pictures."""
    known = model.knowledge
    if known is None:
        return identity(model.vlm)
    changed = None if known.prompt is None else known.told["digest"]
    told = {f"knowledge {name}": value for name, value in known.told.items()}
    return {**identity(model.vlm, changed=changed), **told}


def request_key(
    question: Question,
    settings: Generation,
    who: Identity,
    *,
    repeat: int = 0,
    choices: Sequence[str] = (),
) -> str:
    """A request has this SHA-256; `repeat` tells apart repetitions that are meant, `choices` are
    the answers that are scored instead of asked for.
    """
    known: dict[str, object] = {
        "pictures": [picture_digest(picture) for picture in question.pictures],
        "text": question.text,
        "system": question.system,
        "max_new_tokens": settings.max_new_tokens,
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        "seed": settings.seed,
        "stop": list(settings.stop),
        "who": dict(who),
        "repeat": repeat,
        **({"choices": list(choices)} if choices else {}),
        **({"schema": settings.schema} if settings.schema else {}),
    }
    if any(question.notes):  # without any, a key is what it was before there were notes
        known["notes"] = [
            [region_json.to_record(note) for note in notes] for notes in question.notes
        ]
    if question.earlier:
        known["earlier"] = [dataclasses.astuple(turn) for turn in question.earlier]
    return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()


def picture_digest(picture: Picture) -> str:
    """The digest covers the pixels as they are sent."""
    if isinstance(picture, Image):
        return picture.sha256
    pixels = numbers_of(picture)
    return hashlib.sha256(f"{pixels.shape}:".encode() + pixels.tobytes()).hexdigest()
