"""Regions of a folder of pictures go in, and a row comes out for each question about each."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from deixis.ask.model import Model
from deixis.ask.slots import slots
from deixis.batch.each.asking import RowWording
from deixis.batch.each.outputs import AskedEach, form_of
from deixis.batch.each.regions import Given, RegionFile
from deixis.batch.each.run import EachRun
from deixis.batch.each.shards import NamedModel
from deixis.batch.each.spending import CallBudget, Spending, TokenPrice
from deixis.batch.runners import runner as runner_named
from deixis.core.errors import UsageError
from deixis.core.progress import Reporter, Silent
from deixis.core.region import Region
from deixis.encodings.spec import EncodingSpec
from deixis.models.generation import Generation
from deixis.sources import Looking, SourceOptions, sources

Regions: TypeAlias = str | Path | Mapping[str, Sequence[Region]]


def ask_each(  # noqa: PLR0913  # all but two by name
    pictures: str | Path,
    questions: str | Sequence[str],
    /,
    *,
    model: Model | str,
    out: str | Path,
    regions: Regions | None = None,
    format: str | None = None,
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
    looking: SourceOptions | None = None,
    loading: Mapping[str, Any] | None = None,  # Any: see `dx.load`
    reporter: Reporter | None = None,
) -> AskedEach:
    """Each region of each picture is asked about: `dx.ask_each("photos/", "Describe {it}.", …)`.

    `regions` is a file of regions (of a `format` of `data.adapters`, or recognised), the name of a
    source that looks ("detector:CHECKPOINT", with `looking`), or regions by the pictures' names;
    without it each picture is asked about as a whole. `encoding` is how a region reaches the
    model: "said", "cropped:0.5", "drawn:arrow". A row is written to `out` for every question about
    every region: JSON lines, Parquet, or `rows_as` "coco", "llava" or "sharegpt". What went wrong
    with one row stands in it as its "error". `sheet` is an HTML page to look at, with at most
    `sheet_rows` of the rows.

    Each answer is on the disk, in a folder beside `out`, before its place is given to the next
    call; the same call after a kill asks only what is missing, and what was an error. A journal of
    other settings is refused; `fresh` begins anew. At most `at_once` questions are under way at a
    server, or as many as a `Model` takes. `budget` is what all runs together may take. A `runner`
    has `workers` processes ask, each its share; the model is then given by its name, and `loading`
    is how it is loaded.
    """
    for name, count in {"at_once": at_once, "sheet_rows": sheet_rows}.items():
        if count < 1:
            raise UsageError(f"{name} is at least 1, got {count}")
    if runner is not None and isinstance(model, Model):
        raise UsageError("a runner's processes load the model themselves: give it by its name")
    if runner is not None and (loading or {}).get("journal") is not None:
        raise UsageError("one process at a time uses a server's journal: leave out the runner")
    asked = [questions] if isinstance(questions, str) else list(questions)
    given = _given(regions, format, looking)
    wording = RowWording(
        questions=tuple(dict.fromkeys(asked)),
        slot=_slot(asked, is_pointed=given is not None),
        encoding=EncodingSpec.of(encoding),
        system=system,
        settings=settings or Generation(),
        strict=strict,
    )
    run = EachRun(
        out=Path(out),
        form=form_of(Path(out), rows_as),
        sheet=None if sheet is None else Path(sheet),
        sheet_rows=sheet_rows,
        pictures=_folder(pictures),
        regions=given,
        wording=wording,
        at_once=at_once,
        spending=Spending.of(budget, price),
        reporter=reporter or Silent(),
        runner=None if runner is None else runner_named(runner, workers),
    )
    if isinstance(model, Model):
        return run.asked(model, fresh=fresh)
    named = NamedModel(name=model, options=loading or {})
    with named.loaded(at_once) as loaded:
        return run.asked(loaded, named=named, fresh=fresh)


def _given(regions: Regions | None, format: str | None, looking: SourceOptions | None) -> Given:
    """A file that is there, or a source of that name."""
    if isinstance(regions, str | Path):
        file, kind = Path(regions), str(regions).partition(":")[0]
        if file.exists():
            found: Given = RegionFile(path=file, format=format)
        elif kind in sources.names():
            return Looking(names=(str(regions),), options=looking or SourceOptions())
        else:
            raise UsageError(
                f"regions are a file or a source, and there is neither of {str(regions)!r}; "
                f"sources: {', '.join(sources.names())}"
            )
    else:
        found = regions
    if looking is not None:
        raise UsageError("nothing looks here: what is looked for belongs to a source of regions")
    return found


def _slot(questions: Sequence[str], *, is_pointed: bool) -> str | None:
    """The one name by which all questions speak of the region."""
    if not questions or not all(isinstance(one, str) and one.strip() for one in questions):
        raise UsageError(f'questions are words, as "Describe {{it}}.", got {list(questions)!r}')
    names = {name: question for question in questions for name in slots(question)}
    if not is_pointed:
        for name in names:
            raise UsageError(f"the question speaks of {{{name}}}, and no regions were given")
        return None
    for question in questions:
        if not slots(question):
            raise UsageError(f"{question!r} does not mention the region: write {{it}}")
    if len(names) > 1:
        raise UsageError(
            f"each row is about one region, and questions speak of {', '.join(sorted(names))}: "
            "write {it} in all of them"
        )
    return next(iter(names))


def _folder(pictures: str | Path) -> Path:
    folder = Path(pictures)
    if not folder.is_dir():
        raise UsageError(f"there is no folder of pictures {str(pictures)!r}")
    return folder
