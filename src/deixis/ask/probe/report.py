"""A probe's report: the verdict, what was asked and said on which picture, what is followed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deixis.ask.probe.exactness import place_shares
from deixis.ask.probe.following import Followed
from deixis.ask.probe.likelihood import Meaning, PlaceAnswer
from deixis.ask.probe.record import marks_told, verdict_told
from deixis.ask.probe.verdict import Ranked
from deixis.core.image import Image
from deixis.core.region import Region, box, point
from deixis.core.size import Size
from deixis.core.transform import Transform, resize
from deixis.reports import page

if TYPE_CHECKING:
    from deixis.ask.probe.probing import Probe

TITLE = "Probe"
LONGEST = 420  # pixels of a picture's longer side on the page
SHOWN = 300  # pixels of it there
LEAST = 0.0005  # of a probability that is shown
CAPTION = 220  # letters of an answer under its picture


def report_of(probe: "Probe") -> str:
    """The whole page, its pictures inside."""
    lead = f"{verdict_told(probe)} {_sentence(marks_told(probe))}".strip()
    parts = [_dialect(probe), _exactness(probe), _encodings(probe), _answers(probe), _about(probe)]
    return page.page(f"{TITLE}: {probe.model}", lead, parts, tab=f"{TITLE} {probe.model}")


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}." if words else ""


def _dialect(probe: "Probe") -> str:
    verdict = probe.verdict
    if verdict.meaning is None:
        return page.section("What its numbers mean", page.text(_sentence(verdict.why)))
    rows = _chances(verdict.ranked)
    forms = _chances(verdict.ranked_dialects)
    parts = [
        page.text(
            "How likely each meaning of its numbers is after all answers. Meanings that differ by "
            "less than 1 % of the side in these pictures count as one."
        ),
        page.figures_table(("order and space", "probability"), rows),
    ]
    if verdict.alike:
        parts.append(page.text(f"Not told apart from the first: {'; '.join(verdict.alike)}."))
    if forms:
        words = "Dialects that read its answers so, by how much of their form the answers have."
        parts += [page.text(words), page.figures_table(("dialect", "probability"), forms)]
    parts.append(
        page.text(
            f"{verdict.share_right:.0%} of the answers with a place are about the thing that was "
            f"asked for by the likeliest meaning, {1 - verdict.share_known:.0%} about nothing in "
            "the picture."
        )
    )
    return page.section("What its numbers mean", *parts)


def _chances(ranked: Sequence[Ranked]) -> list[tuple[str, str]]:
    return [(one.name, f"{one.probability:.1%}") for one in ranked if one.probability >= LEAST]


def _exactness(probe: "Probe") -> str:
    exact = probe.exactness
    if exact is None:
        return ""
    rows = [
        ("median error, % of the side", exact.error.told(), str(exact.error.num)),
        ("median overlap of boxes (IoU)", exact.overlap.told(), str(exact.overlap.num)),
        ("middle within the thing", exact.found.told(percent=True), str(exact.found.num)),
    ]
    return page.section(
        "How exact its places are",
        page.figures_table(("measure", "value (95 % interval)", "answers"), rows),
        page.text("Medians are resampled by picture, the share has an exact interval."),
    )


def _encodings(probe: "Probe") -> str:
    found = probe.encodings
    if not found.followed:
        return ""
    rows = [_row(one) for one in found.followed]
    header = ("encoding", "followed", "named the thing", "named the other", "by lot", "answers")
    said = f" Regions are said in {probe.said_in}." if probe.said_in else ""
    cards = [_example(one) for one in found.followed if one.example is not None]
    return page.section(
        "Which encodings it follows",
        page.text(
            "Two things of each picture are pointed at in turn. Who does not look there names the "
            "thing that is meant no oftener than the other; “by lot” is how likely so large a "
            "difference then is. Where nothing is pointed at, the thing is named in "
            f"{found.control.told(percent=True)}.{said}"
        ),
        page.figures_table(header, rows),
        *cards,
    )


def _row(one: Followed) -> tuple[str, ...]:
    if one.why_not:
        return (one.encoding, "not asked", one.why_not, "", "", "0")
    return (
        one.encoding,
        "yes" if one.is_followed else "not seen",
        one.right.told(percent=True),
        one.swapped.told(percent=True),
        f"{one.chance:.4f}",
        str(one.right.num),
    )


def _example(one: Followed) -> str:
    shown = one.example
    assert shown is not None
    said = shown.answer
    words = f"{said.asked} → {_cut(said.text)} ({said.truth})"
    image, _ = _small(shown.image)
    return page.picture(image, f"{one.encoding}: {words}", width=_width(image))


def _answers(probe: "Probe") -> str:
    cards = [_card(answer, probe.verdict.meaning) for answer in probe.places.answers]
    words = (
        "What was asked and said. The thing is shaded; what the answer says, by the likeliest "
        "meaning, is outlined."
    )
    return page.section("Where things are", page.text(words), *cards)


def _card(answer: PlaceAnswer, meaning: Meaning | None) -> str:
    truth = answer.picture.things[answer.target].box_region()
    shares = None if meaning is None or not answer.has_place else place_shares(answer, meaning)
    read = [] if shares is None else _read(list(shares), answer.picture.size)
    image, smaller = _small(answer.picture.image)
    caption = f"{answer.picture.size}. {answer.asked} → {_cut(answer.text)}"
    return page.picture(
        image,
        caption,
        regions=[smaller.region(region) for region in read],
        cells=[smaller.region(truth).box()],
        width=_width(image),
    )


def _read(shares: list[float], size: Size) -> list[Region]:
    """The place that was read, where some of it lies in the picture."""
    inside = [min(max(share, 0.0), 1.0) for share in shares]
    pixels = [
        share * side for share, side in zip(inside, (size.width, size.height) * 2, strict=False)
    ]
    if len(pixels) == 2:
        return [point(pixels[0], pixels[1], label="read")]
    left, right = sorted(pixels[::2])
    top, bottom = sorted(pixels[1::2])
    return [box(left, top, right, bottom, label="read")]


def _small(image: Image) -> tuple[Image, Transform]:
    """A picture of fewer pixels for the page, and the way to it."""
    every = max(-(-max(image.size.width, image.size.height) // LONGEST), 1)
    small = Image(pixels=image.pixels[::every, ::every], source=image.source)
    return small, resize(image.size, small.size)


def _width(image: Image) -> int:
    """On the page no side is longer than SHOWN."""
    return round(SHOWN * min(1.0, image.size.width / image.size.height))


def _cut(words: str) -> str:
    plain = " ".join(words.split()) or "(nothing)"
    return plain if len(plain) <= CAPTION else f"{plain[:CAPTION]} …"


def _about(probe: "Probe") -> str:
    lines: Sequence[str] = (
        f"{probe.date}, seed {probe.settings.seed}: {len(probe.places.answers)} answers about "
        f"places, {probe.places.num_refused} of them without a place; {probe.num_calls} calls now, "
        f"{probe.num_kept} answers from the file.",
        *(f"A call failed: {failure}" for failure in probe.failures[:5]),
    )
    return page.section("How it was asked", *(page.text(line) for line in lines))
