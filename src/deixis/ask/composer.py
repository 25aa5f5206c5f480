"""The one way from a person's question to what a model is sent, in asking, exams and training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, final

from deixis.ask.compose import Asking, Composed, compose
from deixis.ask.knowledge_forms import Knowledge
from deixis.ask.surviving import surviving, widened
from deixis.coordinates import Convention
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.encodings import Encoding
from deixis.models.interface import VisionLanguageModel

Marks: TypeAlias = Literal["given", "widened", "told", "strict"]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Composer:
    """Questions are composed for one model: regions reach it in its convention, no label says its
    control words, and what is known of a picture comes in its form.
    """

    model: VisionLanguageModel
    convention: Convention
    knowledge: Knowledge | None = None

    def compose(
        self,
        asking: Asking,
        *,
        marks: Marks = "told",
        notes: Sequence[Sequence[Region]] | None = None,
    ) -> Composed:
        """One question is composed. `notes` are what is known already of each image; without them
        the knowledge's sources look.

        `marks` says what becomes of drawn marks whose width is left open, and of those that get
        lost on the way: "given" draws them as they are, "widened" as wide as the model needs,
        "told" and "strict" widen too, and warn of what gets lost all the same or refuse it.
        """

        def settle(
            image: Image, encodings: Mapping[str, Encoding], alone: bool
        ) -> Mapping[str, Encoding]:
            if marks == "given":
                return encodings
            if marks == "widened":
                return widened(self.model, image, encodings, alone=alone)
            return surviving(self.model, image, encodings, alone=alone, strict=marks == "strict")

        composed = compose(asking, self.convention, settle, self.model.control_words)
        spoken = self.model.spoken
        earlier = tuple(replace(turn, text=spoken(turn.text)) for turn in composed.earlier)
        composed = replace(composed, text=spoken(composed.text), earlier=earlier)
        if self.knowledge is None:
            return composed
        if notes is None:
            notes = self.knowledge.look_all(asking.images)
        if len(asking.images) == 1:  # and what was sent before is of the same picture
            return self.knowledge.with_notes(composed, notes[0])
        return self.knowledge.with_notes_on_each(composed, notes)
