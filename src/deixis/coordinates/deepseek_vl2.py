"""DeepSeek-VL2: lists between detection tokens, 0 to 999."""

from typing import ClassVar, final

from deixis.coordinates._tagged_lists import TaggedLists
from deixis.coordinates._tags import Tags


@final
class DeepSeekVl2(TaggedLists):
    """`<|ref|>cup<|/ref|><|det|>[[322, 417, 406, 570]]<|/det|>`."""

    summary: ClassVar[str] = "[[x0, y0, x1, y1]] in det tokens, 0-999 of the picture"
    tags: ClassVar[Tags] = Tags(
        label_start="<|ref|>", label_end="<|/ref|>", place_start="<|det|>", place_end="<|/det|>"
    )
    last: ClassVar[float] = 999.0
