"""InternVL: lists between box tokens, in thousandths."""

from typing import ClassVar, final

from deixis.coordinates._tagged_lists import TaggedLists
from deixis.coordinates._tags import Tags


@final
class InternVl(TaggedLists):
    """`<ref>cup</ref><box>[[322, 417, 406, 571]]</box>`."""

    summary: ClassVar[str] = "[[x0, y0, x1, y1]] in box tokens, 0-1000 of the picture"
    tags: ClassVar[Tags] = Tags(
        label_start="<ref>", label_end="</ref>", place_start="<box>", place_end="</box>"
    )
    last: ClassVar[float] = 1000.0
