"""Regions of a folder of pictures go in, and a row comes out for each question about each."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deixis.ask.model import Model
from deixis.batch.each.asking import RowWording
from deixis.batch.each.given_arguments import (
    Regions,
    folder_given,
    model_given,
    questions_given,
    regions_given,
    slot_of,
)
from deixis.batch.each.outputs import AskedEach, form_of
from deixis.batch.each.preview import previewed
from deixis.batch.each.run import EachRun
from deixis.batch.each.shards import NamedModel
from deixis.batch.each.spending import CallBudget, Spending, TokenPrice
from deixis.batch.runners import runner as runner_named
from deixis.core import given
from deixis.core.progress import Reporter, Silent
from deixis.encodings.spec import EncodingSpec
from deixis.models.generation import Generation
from deixis.sources import SourceOptions


def ask_each(  # noqa: PLR0913  # all but two by name
    pictures: str | Path,
    questions: str | Sequence[str],
    /,
    *,
    model: Model | str,
    out: str | Path,
    regions: Regions | None = None,
    format: str | None = None,
    crowds: bool = False,
    encoding: str = "said",
    rows_as: str | None = None,
    sheet: str | Path | None = None,
    sheet_rows: int = 1000,
    system: str | None = None,
    settings: Generation | None = None,
    strict: bool = False,
    at_once: int = 32,
    budget: CallBudget | str | None = None,
    price: TokenPrice | str | None = None,
    runner: str | None = None,
    workers: int = 2,
    fresh: bool = False,
    dry_run: bool = False,
    looking: SourceOptions | None = None,
    loading: Mapping[str, Any] | None = None,  # Any: see `dx.load`
    reporter: Reporter | None = None,
) -> AskedEach:
    """Each region of each picture is asked about: `dx.ask_each("photos/", "Describe {it}.", …)`.

    `regions` is a file of regions (of a `format` of `data.adapters`, or recognised), the name of a
    source that looks ("detector:CHECKPOINT", with `looking`), or regions by the pictures' names;
    without it each picture is asked about as a whole. What a file marks as a crowd, which is no
    single thing, is left out and counted, unless `crowds` are asked for. `encoding` is how a
    region reaches the model: "said", "cropped:0.5", "drawn:arrow". A row is written to `out` for
    every question about every region: JSON lines, Parquet, or `rows_as` "coco", "llava" or
    "sharegpt". What went wrong with one row stands in it as its "error". `sheet` is an HTML page
    to look at, with at most `sheet_rows` of the rows.

    Each answer is on the disk, in a folder beside `out`, before its place is given to the next
    call; the same call after a kill asks only what is missing, and what was an error. A journal of
    other settings is refused; `fresh` begins anew. At most `at_once` questions are under way at a
    server, or as many as a `Model` takes. `budget` is what all runs together may take. A `runner`
    has `workers` processes ask, each its share; the model is then given by its name, and `loading`
    is how it is loaded. A `dry_run` asks nothing and writes nothing: it counts the rows that would
    be asked (`num_left`), shows the first of them as they would be sent (`first`), and tells the
    tokens that earlier answers let it expect (`expected`).
    """
    named = model_given(model, loading, runner)
    asked, place = questions_given(questions), given.path("out", out)
    pointed = regions_given(regions, format, looking, crowds=given.flag("crowds", crowds))
    wording = RowWording(
        questions=asked,
        slot=slot_of(asked, is_pointed=pointed is not None),
        encoding=EncodingSpec.of(given.text("encoding", encoding)),
        system=given.text_or_none("system", system),
        settings=given.instance(
            "settings", Generation() if settings is None else settings, Generation, "a Generation"
        ),
        strict=given.flag("strict", strict),
    )
    run = EachRun(
        out=place,
        form=form_of(place, given.text_or_none("rows_as", rows_as)),
        sheet=None if sheet is None else given.path("sheet", sheet),
        sheet_rows=given.whole("sheet_rows", sheet_rows, least=1),
        pictures=folder_given(pictures),
        regions=pointed,
        wording=wording,
        at_once=given.whole("at_once", at_once, least=1),
        spending=Spending.of(budget, price),
        reporter=given.instance(
            "reporter", Silent() if reporter is None else reporter, Reporter, "a Reporter"
        ),
        runner=None if runner is None else runner_named(runner, given.whole("workers", workers)),
    )
    fresh, dry_run = given.flag("fresh", fresh), given.flag("dry_run", dry_run)
    return (_previewed if dry_run else _asked)(run, named, fresh=fresh)


def _asked(run: EachRun, named: Model | NamedModel, *, fresh: bool) -> AskedEach:
    if isinstance(named, Model):
        return run.asked(named, fresh=fresh)
    with named.loaded(run.at_once) as loaded:
        return run.asked(loaded, named=named, fresh=fresh)


def _previewed(run: EachRun, named: Model | NamedModel, *, fresh: bool) -> AskedEach:
    model = named if isinstance(named, Model) else named.weightless()
    return previewed(run, model, fresh=fresh)
