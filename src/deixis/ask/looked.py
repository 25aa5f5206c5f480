"""What is known of pictures, each of which is looked at once."""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import final

from deixis.ask.knowledge_forms import Knowledge
from deixis.core.image import Image
from deixis.core.region import Region

MOST = 256  # pictures whose notes are remembered


@final
class Looked:
    """The notes of the last pictures that were asked about. Safe with threads: while one looks,
    the others wait.
    """

    def __init__(self, knowledge: Knowledge, *, most: int = MOST) -> None:
        self._knowledge = knowledge
        self._most = most
        self._lock = threading.Lock()
        self._notes: OrderedDict[str, tuple[Region, ...]] = OrderedDict()

    def __call__(self, images: Sequence[Image]) -> list[tuple[Region, ...]]:
        """The notes of each image; those that are new are looked at together."""
        with self._lock:
            named = {image.sha256: image for image in images}
            new = {name: image for name, image in named.items() if name not in self._notes}
            found = self._knowledge.look_all(list(new.values())) if new else []
            self._notes |= dict(zip(new, map(tuple, found), strict=True))
            known = [self._notes[image.sha256] for image in images]
            while len(self._notes) > self._most:
                self._notes.popitem(last=False)
            return known
