"""Answers, chats and finds as people look at them: picture, places, words, what was sent."""

from collections.abc import Sequence

from deixis.ask.answer import Answer
from deixis.ask.composer import Exchange
from deixis.ask.found import Found
from deixis.ask.sent import Sent
from deixis.core.errors import RegionError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.wording import counted
from deixis.encodings import Frame
from deixis.marks.labelled import colour_at, draw_labelled
from deixis.reports import notebook

NEWEST = 20  # turns of a chat that are shown


def drawn_answer(answer: Answer) -> Image:
    """The first picture as it was sent, with the places of the answer that lie in it."""
    regions = [region for _, region in _seen(answer)]
    return draw_labelled(answer.sent.frames[0].image, regions)


def answer_html(answer: Answer) -> str:
    """A block for notebooks; nothing in it is taken from elsewhere, and every word is escaped."""
    told = [*_told(answer), notebook.folded("what was sent", [_sent(answer.sent)])]
    return notebook.block(_drawn(answer), notebook.column(*told))


def chat_html(model: str, turns: Sequence[Answer | Exchange]) -> str:
    """The newest turns below one another, each with the pictures that came with it, and the first
    one again where regions of its answer are drawn on it.
    """
    earlier = len(turns) - NEWEST
    blocks = [notebook.words("…", title=f"{counted(earlier, 'turn')} earlier")] * (earlier > 0)
    num_shown = 0
    for number, turn in enumerate(turns):
        frames = turn.sent.frames if isinstance(turn, Answer) else turn.frames
        if number >= earlier:
            blocks.append(_turn(model, turn, frames[num_shown:]))
        num_shown = max(num_shown, len(frames))
    return "".join(blocks) or notebook.words("(nothing was asked)", title=model)


def _turn(model: str, turn: Answer | Exchange, come: Sequence[Frame]) -> str:
    """A turn, with the pictures that came with it."""
    pictures: list[str] = []
    if isinstance(turn, Answer):
        told = _told(turn)
        if _seen(turn):
            pictures, come = [_drawn(turn)], [one for one in come if one.number != 1]
    else:
        told = [
            notebook.words(turn.question, title="asked"),
            notebook.words(turn.answer or "(nothing)", title=f"{model} answered"),
        ]
    pictures += [notebook.picture(one.image, f"picture {one.number}") for one in come]
    return notebook.block(*pictures, notebook.column(*told))


def _drawn(answer: Answer) -> str:
    caption = f"the picture with {counted(len(_seen(answer)), 'region')} of the answer"
    return notebook.picture(drawn_answer(answer), caption)


def _told(answer: Answer) -> list[str]:
    """The words of a question and its answer, and the places in it."""
    sent = answer.sent
    seen = [number for number, _ in _seen(answer)]
    rows = [notebook.region_row(region) for region in answer.regions]
    spots = {number: colour_at(place) for place, number in enumerate(seen)}
    drawn = [
        (rows[number][0] or str(place), rows[number][1])
        for place, number in enumerate(seen, start=1)
    ]
    beyond = [row for number, row in enumerate(rows) if number not in spots]
    finish = "" if answer.finish == "stop" else f", ended by {answer.finish}"
    told = [
        notebook.words(sent.text, title="asked"),
        notebook.words(answer.text or "(nothing)", title=f"{sent.model} answered{finish}"),
        notebook.table(
            drawn, title=counted(len(drawn), "region"), colours=[spots[number] for number in seen]
        ),
        notebook.table(beyond, title="beyond the picture"),
        notebook.table([(one.text, one.reason) for one in answer.unread], title="not understood"),
    ]
    if answer.cited is not None:
        told.append(notebook.words(answer.cited.verdict, title="the region it rests on"))
    return told


def found_html(found: Found) -> str:
    """The picture with what was found in it, and all looks by a click."""
    rows = [
        (words or str(number), place)
        for number, region in enumerate(found.regions, start=1)
        for words, place in [notebook.region_row(region)]
    ]
    colours = [colour_at(number) for number in range(len(rows))]
    looks = notebook.picture(found.picture(), "all looks", widest=640)
    return notebook.block(
        notebook.picture(draw_labelled(found.image, found.regions), f"{found.what!r} outlined"),
        notebook.column(
            notebook.words(found.what, title=f"looked for, {counted(found.num_calls, 'call')}"),
            notebook.table(rows, title=counted(len(rows), "region"), colours=colours),
            "" if rows else notebook.words(found.why, title="nothing was found"),
            notebook.folded("the looks", [looks]),
        ),
    )


def _seen(answer: Answer) -> list[tuple[int, Region]]:
    """Those of its regions that lie in the first picture, by their numbers, in its pixels."""
    frame = answer.sent.frames[0]
    found: list[tuple[int, Region]] = []
    for number, region in enumerate(answer.regions):
        try:
            moved = frame.transform.region(region)
            moved.within(frame.image.size)
        except RegionError:  # models name places outside of their pictures too
            continue
        found.append((number, moved))
    return found


def _sent(sent: Sent) -> str:
    """The further pictures, the turns before, and how the model was asked."""
    rows = [
        ("dialect", sent.dialect or "not known"),
        ("contract", sent.contract or ""),
        ("pictures", ", ".join(str(frame.image.size) for frame in sent.frames)),
        ("notes", counted(sum(map(len, sent.notes)), "note") if sent.notes else ""),
        ("settings", str(sent.settings)),
        *sent.loaded.items(),
        *sent.software.items(),
    ]
    others = [
        notebook.picture(frame.image, f"picture {frame.number}", widest=160)
        for frame in sent.frames[1:]
    ]
    system = [] if sent.system is None else [notebook.words(sent.system, title="system")]
    turns = [notebook.words(turn.text, title=turn.role) for turn in sent.earlier]
    how = notebook.table([row for row in rows if row[1]], title="how")
    return "".join([*others, *system, *turns, how])
