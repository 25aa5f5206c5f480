"""A dry run of a folder asks nothing and writes nothing: it tells how many calls there would be,
and shows the first of them as they would be sent.
"""

from deixis.ask.asking import How
from deixis.ask.model import Model
from deixis.batch.each.asking import RowWording, check_composes
from deixis.batch.each.outputs import AskedEach, ErrorTally, RowPreview, journal_of
from deixis.batch.each.plan import PlannedPicture, PlannedRow, marks_of
from deixis.batch.each.regions import pictures_with_regions
from deixis.batch.each.row_journal import check_settings, index_of
from deixis.batch.each.run import EachRun
from deixis.core.errors import DeixisError, UsageError
from deixis.core.images import open_image
from deixis.sources import Looking

SHOWN = 3  # rows


def previewed(run: EachRun, model: Model, *, fresh: bool = False) -> AskedEach:
    """What `run.asked` would ask of a model, which may be one without its weights. Its `num_left`
    are rows that would be asked, its `num_errors` those that cannot be.
    """
    check_composes(model, run.wording)
    if isinstance(run.regions, Looking):
        raise UsageError(
            "a dry run reads a file of regions, and does not look for any; `deixis look` shows "
            "what a source finds"
        )
    folder, index = journal_of(run.out), None
    if not fresh:
        check_settings(folder, run.settings_of(model))
        index = index_of(folder, run.spending.add_row)
    num_pictures = num_rows = num_left = num_crowds = 0
    errors, first = ErrorTally(), list[RowPreview]()
    for picture in pictures_with_regions(run.pictures, run.regions):
        rows = PlannedPicture.of(picture.line()).rows(run.wording.questions)
        had = index.is_answered(marks_of(rows)) if index else [False] * len(rows)
        left = [row for row, is_had in zip(rows, had, strict=True) if not is_had]
        num_pictures += picture.is_one
        num_rows += len(rows)
        num_crowds += picture.num_crowds
        for row in left:
            error = picture.error
            if error is None and len(first) < SHOWN:
                shown, error = _shown(model, run.wording, picture, row)
                first += [] if shown is None else [shown]
            if error is not None:
                errors.add(row.image, row.id, error)
            num_left += error is None
    return AskedEach(
        out=run.out,
        questions=run.wording.questions,
        num_pictures=num_pictures,
        num_rows=num_rows,
        num_errors=errors.count,
        num_left=num_left,
        num_crowds=num_crowds,
        calls=run.spending.calls,
        usage=run.spending.usage,
        money=run.spending.money,
        is_over_budget=False,
        first_errors=errors.first,
        first=tuple(first),
        expected=run.spending.expected(num_left),
    )


def _shown(
    model: Model, wording: RowWording, picture: PlannedPicture, row: PlannedRow
) -> tuple[RowPreview | None, str | None]:
    """A row as it would be sent, or why it cannot be."""
    how = How(system=wording.system, settings=wording.settings, strict=wording.strict)
    try:
        asking = wording.asking(row, open_image(picture.path))
        (composed,) = model.composed([asking], how)
    except DeixisError as error:
        return None, str(error)
    sent = model.sent_of(composed, how)
    return RowPreview(image=row.image, id=row.id, question=row.question, sent=sent), None
