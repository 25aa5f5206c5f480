"""Finding a thing in a picture: asked in the model's own best words, and looked at again nearer."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import final

from typing_extensions import Unpack

from deixis.ask.answer import Answer
from deixis.ask.asking import How, HowWords, Pictures, how_of, opened_images
from deixis.ask.close_up import CloseUp, close_up, whole
from deixis.ask.composer import Asking
from deixis.ask.contradiction import contradiction, is_stable, step
from deixis.ask.find_prompts import (
    KINDS,
    FindPrompt,
    Kind,
    check_words,
    filled,
    find_prompt,
    load_find_prompts,
)
from deixis.ask.found import Found, Look, is_repeat, without_repeats
from deixis.ask.model import Model
from deixis.ask.pixel_prompt_dialect import Prompted
from deixis.coordinates.contracts import Schema, schema_named
from deixis.coordinates.resizing import Resize
from deixis.core import given
from deixis.core.errors import RegionError, UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.shapes import Point
from deixis.core.size import Size
from deixis.core.untrusted_text import shown
from deixis.models.interface import Generation

ONE_ANSWER, MANY_ANSWERS = 256, 2048  # tokens
MOST_LOOKS = 16


def find_in(  # noqa: PLR0913  # the one verb, all but three by name
    model: Model,
    image: Pictures,
    what: str,
    *,
    kind: Kind = "point",
    many: bool = False,
    refine: int = 0,
    scale: float = 1.0,
    prompt: str | None = None,
    prompts: str | Path | None = None,
    **words: Unpack[HowWords],
) -> Found:
    """A thing is looked for in a picture: see `Model.find`."""
    _check(kind, what, many=many, refine=refine, scale=scale)
    opened = _one(image)
    schema = _schema(model, kind)
    row = _words(model, kind, prompt, prompts, schema=schema)
    usual = Generation(max_new_tokens=MANY_ANSWERS if many else ONE_ANSWER)
    how = how_of(usual=usual, **words)
    if schema is not None and not how.settings.schema:
        held = replace(how.settings, schema=json.dumps(schema.body, sort_keys=True))
        how = replace(how, settings=held)
    search = _ThingSearch(
        model=model,
        image=opened,
        what=what.strip(),
        kind=kind,
        words=row.many if many else row.one,
        how=how,
    )
    first = search.look(whole(opened))
    places = without_repeats(first.regions, opened.size) if many else first.regions[:1]
    nearer = replace(search, words=row.one)
    found, looks = list[Region](), [first]
    for number, place in enumerate(places, start=1):
        others = (*found, *places[number:])
        closer = nearer.nearer(replace(first, regions=(place,)), refine, others)
        looks += closer
        is_followed = closer and not closer[-1].why
        found.append(closer[-1].regions[0] if is_followed else place)
    return Found(
        what=search.what,
        image=opened,
        regions=tuple(found),
        why=first.why,
        trace=tuple(looks),
        scale=scale,
    )


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _ThingSearch:
    """One thing that is looked for, in one picture, by one model."""

    model: Model
    image: Image
    what: str
    kind: Kind
    words: str
    how: How

    def look(self, shot: CloseUp) -> Look:
        """One look: the model is asked where the thing is in what is shown."""
        seen = counted_size(self.model, shot.image.size)
        # words of the prompt and of the thing may hold braces, which mean nothing here
        asking = Asking(images=(shot.image,), text=filled(self.words, self.what, seen))
        (answer,) = self.model.answers_to([asking], self.how)
        back = shot.transform.inverse()
        inside, num_outside = _inside(answer.regions, shot.image.size)
        regions = tuple(
            back.region(region).named(label=region.label or self.what)
            for region in _of_kind(inside, self.kind)
        )
        why = "" if regions else _nothing(answer, num_outside)
        return Look(window=shot.window, image=shot.image, answer=answer, regions=regions, why=why)

    def _step_of_numbers(self) -> float:
        """The step of the dialect's numbers in the picture, as a share of it."""
        size = self.image.size
        quantum = self.model.dialect.quantum(size)
        return max(quantum.x / size.width, quantum.y / size.height)

    def nearer(self, first: Look, refine: int, others: Sequence[Region] = ()) -> list[Look]:
        """Further looks, each around the place that the one before has found. The last one has a
        `why` where it contradicts what came before it, or has found one of the `others` that were
        found beside it; then the first answer stands.
        """
        looks: list[Look] = []
        shot, before = whole(self.image), first
        for _ in range(refine):
            closer = close_up(self.image, before.regions[0].box(), shot, self.model.vlm)
            if closer is None:
                break
            look = _nearest_first(self.look(closer), before)
            why = look.why or contradiction([first, *looks, look], self._step_of_numbers())
            if not why and any(is_repeat(look.regions[0], one, self.image.size) for one in others):
                why = "the place is one of the others that were found"
            looks.append(replace(look, why=why))
            if why or is_stable(before, look):
                break
            shot, before = closer, look
        return looks


def counted_size(model: Model, size: Size) -> Size:
    """The size of a picture as the model's numbers count it: that to which its provider resizes it,
    where its dialect counts those pixels.
    """
    dialect = model.dialect
    if isinstance(dialect, Prompted):
        size, dialect = dialect.prompt.view(size).size, dialect.dialect
    resize = getattr(dialect, "resize", None)
    return resize.seen(size) if isinstance(resize, Resize) else size


def _schema(model: Model, kind: Kind) -> Schema | None:
    """The schema that the model's contract says to help for places of this kind, of a server."""
    contract = model.contract
    if contract is None or not contract.schema or not model.vlm.is_remote:
        return None
    schema = schema_named(contract.schema)
    is_spoken = contract.dialect == model.dialect_name
    return schema if schema.kind == kind and is_spoken else None


def _one(image: Pictures) -> Image:
    images = opened_images(image)
    if len(images) != 1:
        raise UsageError(f"a thing is looked for in one picture, got {len(images)}")
    return images[0]


def _check(kind: str, what: str, *, many: bool, refine: int, scale: float) -> None:
    given.choice("kind", kind, KINDS)
    given.flag("many", many)
    given.whole("refine", refine)
    given.number("scale", scale)
    if not given.text("what", what).strip():
        raise UsageError('say what to find: "the Save button"; got no words')
    if not 0 <= refine <= MOST_LOOKS:
        raise UsageError(f"refine is how many times to look nearer, 0..{MOST_LOOKS}, got {refine}")
    if not (math.isfinite(scale) and scale > 0):
        raise UsageError(
            f"scale is how many pixels of the picture a logical one has, above 0, got {scale}"
        )


def _words(
    model: Model,
    kind: Kind,
    prompt: str | None,
    prompts: str | Path | None,
    *,
    schema: Schema | None,
) -> FindPrompt:
    """The words to ask with, {what} in them."""
    name, can = model.known_dialect(), model.dialect.kinds
    if kind == "box" and not {"box", "polygon", "mask"} & set(can):
        raise UsageError(
            f"models that write {name!r} write points, no boxes: ask for "
            'kind="point", or name another dialect'
        )
    if prompt is not None:
        check_words(prompt, "a prompt")
        return FindPrompt(dialect=name, kind=kind, one=prompt, many=prompt, source="yours", date="")
    own: tuple[FindPrompt, ...] = ()
    if prompts is not None:
        own = load_find_prompts(given.path("prompts", prompts))
    return find_prompt(name, kind, own, can=can, schema="" if schema is None else schema.name)


def _inside(regions: Sequence[Region], size: Size) -> tuple[list[Region], int]:
    """The regions cut to what was shown, and how many are not in it at all."""
    kept, num_outside = list[Region](), 0
    for region in regions:
        try:
            kept.append(region.within(size))
        except RegionError:
            num_outside += 1
    return kept, num_outside


def _of_kind(regions: Sequence[Region], kind: Kind) -> Sequence[Region]:
    """Those of the kind that was asked for, or where there are none, all."""
    fitting = [one for one in regions if isinstance(one.shape, Point) == (kind == "point")]
    return fitting or regions


def _nothing(answer: Answer, num_outside: int) -> str:
    """Why an answer has no place."""
    said = shown(answer.text.strip())
    cut = " (the answer was cut at its limit)" if answer.finish == "length" else ""
    if num_outside:
        return f"the place lies outside of what was shown: {said}{cut}"
    if answer.unread:
        reason = answer.unread[0].reason
        return f"what looks like a place could not be read ({reason}): {said}{cut}"
    return f"the answer names no place: {said}{cut}"


def _nearest_first(look: Look, before: Look) -> Look:
    """The same look, the region that is nearest to the place before it first."""

    def away(region: Region) -> float:
        return step(before, replace(look, regions=(region,)))

    return replace(look, regions=tuple(sorted(look.regions, key=away)))
