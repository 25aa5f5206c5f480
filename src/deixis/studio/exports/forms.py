"""The forms in which questions leave the studio, by their names."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import final

from deixis.core.errors import UnknownNameError, UsageError
from deixis.studio.exports.annotations import annotations
from deixis.studio.exports.case_file import case_file
from deixis.studio.exports.exported import ExportedFile, Exporting
from deixis.studio.exports.pictures import drawn_picture
from deixis.studio.exports.shared_page import shared_page
from deixis.studio.exports.training_rows import llava_rows, own_rows


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ExportForm:
    """A form, what people read of it, and what writes it."""

    title: str
    write: Callable[[Sequence[Exporting]], ExportedFile]


FORMS: Mapping[str, ExportForm] = {
    "html": ExportForm(title="a page to share", write=shared_page),
    "cases": ExportForm(title="a test case", write=case_file),
    "llava": ExportForm(title="training rows, LLaVA's", write=llava_rows),
    "rows": ExportForm(title="training rows, ours", write=own_rows),
    "png": ExportForm(title="a picture", write=drawn_picture),
    "coco": ExportForm(title="COCO", write=partial(annotations, format="coco")),
    "labelme": ExportForm(title="LabelMe", write=partial(annotations, format="labelme")),
    "regions": ExportForm(
        title="regions, our lines", write=partial(annotations, format="region_lines")
    ),
}


def exported(asked: Sequence[Exporting], form: str) -> ExportedFile:
    """The questions in a form; UsageError where they cannot be in it."""
    found = FORMS.get(form)
    if found is None:
        raise UnknownNameError(kind="form of an export", name=form, known=FORMS)
    if not asked:
        raise UsageError("no question was chosen to export")
    return found.write(asked)
