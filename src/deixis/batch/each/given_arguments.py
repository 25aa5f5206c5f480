"""What callers give to `ask_each` is looked at before a model is loaded or a picture opened."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

from deixis.ask.model import Model
from deixis.ask.slots import slots
from deixis.batch.each.regions import Given, RegionFile
from deixis.batch.each.shards import NamedModel
from deixis.core import given
from deixis.core.errors import UsageError
from deixis.core.region import Region
from deixis.core.region_from import RegionLike, region_of
from deixis.sources import Looking, SourceOptions, sources

Regions: TypeAlias = str | Path | Mapping[str, Sequence[RegionLike]]


def model_given(
    model: object,
    loading: Mapping[str, Any] | None,  # Any: see `dx.load`
    runner: str | None,
) -> Model | NamedModel:
    """A model, or its name and how it is loaded; a runner's processes load it themselves."""
    if loading is not None:
        given.instance("loading", loading, Mapping, "options of dx.load by their names")
    given.text_or_none("runner", runner)
    if isinstance(model, str | PathLike):
        if runner is not None and (loading or {}).get("journal") is not None:
            raise UsageError("one process at a time uses a server's journal: leave out the runner")
        return NamedModel(name=str(given.text("model", str(model))), options=loading or {})
    found = given.instance("model", model, Model, "a Model or its name")
    if runner is not None:
        raise UsageError("a runner's processes load the model themselves: give it by its name")
    if loading is not None:
        raise UsageError("this model is loaded already: leave out loading, or give it by its name")
    return found


def questions_given(questions: object) -> tuple[str, ...]:
    """One question or several, each once."""
    several = (questions,) if isinstance(questions, str) else given.words("questions", questions)
    if not several or not all(one.strip() for one in several):
        raise given.refused("questions", 'words, as "Describe {it}."', questions)
    return tuple(dict.fromkeys(several))


def folder_given(pictures: object) -> Path:
    """A folder that is there."""
    folder = given.path("pictures", pictures)
    if not folder.is_dir():
        raise UsageError(f"there is no folder of pictures {str(folder)!r}")
    return folder


def regions_given(
    regions: object, format: str | None, looking: SourceOptions | None, *, crowds: bool
) -> Given:
    """A file that is there, a source of that name, or regions by the names of pictures."""
    given.text_or_none("format", format)
    if looking is not None:
        given.instance("looking", looking, SourceOptions, "SourceOptions")
    if regions is None or isinstance(regions, Mapping):
        if looking is not None or format is not None:
            raise UsageError("no file is read and nothing looks: leave out format and looking")
        return None if regions is None else _by_name(regions)
    file = given.path("regions", regions)
    if file.exists():
        if looking is not None:
            raise UsageError("a file of regions is read: leave out what a source looks for")
        return RegionFile(path=file, format=format, with_crowds=crowds)
    if str(regions).partition(":")[0] not in sources.names():
        raise UsageError(
            f"regions are a file or a source, and there is neither of {str(regions)!r}; "
            f"sources: {', '.join(sources.names())}"
        )
    return Looking(names=(str(regions),), options=looking or SourceOptions())


def slot_of(questions: Sequence[str], *, is_pointed: bool) -> str | None:
    """The one name by which all questions speak of the region."""
    names = [name for question in questions for name in slots(question)]
    if not is_pointed:
        for name in names:
            raise UsageError(f"the question speaks of {{{name}}}, and no regions were given")
        return None
    for question in questions:
        if not slots(question):
            raise UsageError(f"the question {question!r} does not mention the region: write {{it}}")
    if len(set(names)) > 1:
        raise UsageError(
            f"each row is about one region, and questions speak of {', '.join(sorted(set(names)))}"
            ": write {it} in all of them"
        )
    return names[0]


def _by_name(regions: Mapping[Any, Any]) -> dict[str, list[Region]]:  # Any: checked here
    expected = "a list of regions for each picture"
    return {
        given.text("the name of a picture in regions", name): [
            region_of(one, name=f"a region of {name}")
            for one in given.some(f"regions[{name!r}]", several, expected)
        ]
        for name, several in regions.items()
    }
