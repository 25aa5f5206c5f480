"""Conversations as LLaVA writes them: human and gpt in turn, `<image>` where a picture goes."""

from typing import Any, final

from deixis.data._fields import BadRowError, Record, shown

PICTURE = "<image>"
SPEAKERS = ("human", "gpt")


@final
class Spoken:
    """What was said in turn, human first, without the places of pictures."""

    def __init__(self, row: Record) -> None:
        turns = row.get("conversations")
        if not isinstance(turns, list) or not turns:
            raise BadRowError("it has no conversations")
        said = [_said(turn, place) for place, turn in enumerate(turns)]
        if len(said) % 2:
            raise BadRowError("the last question has no answer")
        self.num_places = sum(words.count(PICTURE) for words in said)
        bare = [words.replace(PICTURE, "").strip() for words in said]
        if not all(bare):
            raise BadRowError(f"turn {bare.index('') + 1} has no words")
        self.pairs = list(zip(bare[::2], bare[1::2], strict=True))


def picture_names(row: Record) -> list[str]:
    """The names of a row's pictures; none where it has no `image` at all."""
    if "image" not in row:
        return []
    given = row["image"]
    names: list[Any] = given if isinstance(given, list) else [given]  # Any: as it stands there
    if not names or not all(isinstance(name, str) and name for name in names):
        raise BadRowError("it has no image")
    return names


def _said(turn: object, place: int) -> str:
    expected = SPEAKERS[place % 2]
    if not isinstance(turn, dict) or not isinstance(turn.get("value"), str):
        raise BadRowError(f"turn {place + 1} has no value")
    if turn.get("from") != expected:
        raise BadRowError(f"turn {place + 1} is from {expected}, got {shown(turn.get('from'))}")
    value: str = turn["value"]
    if expected == "gpt" and PICTURE in value:
        raise BadRowError(f"turn {place + 1}: an answer holds {PICTURE}")
    return value
