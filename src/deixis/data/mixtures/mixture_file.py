"""A mixture as a JSON file: which data sets, where, and how much of each."""

import difflib
from pathlib import Path

from deixis.core.errors import SampleError, UsageError
from deixis.data import datasets
from deixis.data._fields import BadRowError, Record, list_of, number, record_of, shown, text_of
from deixis.data._json_stream import small_json
from deixis.data.mixtures.mixture import Mixture, Part

FIELDS = ("format", "path", "images", "split", "weight", "name")


def read_mixture(file: Path, *, seed: int = 0) -> Mixture:
    """The mixture of a file {"parts": [{"format", "path", "images", "split", "weight"}, …]}.

    Paths are seen from the file's folder.
    """
    try:
        listed = list_of(record_of(small_json(file), "the file"), "parts")
    except (BadRowError, SampleError) as problem:
        raise UsageError(f"{file} is not a mixture: {problem}") from None
    return Mixture(
        parts=tuple(_part(entry, place, file) for place, entry in enumerate(listed, start=1)),
        seed=seed,
    )


def _part(entry: object, place: int, file: Path) -> Part:
    try:
        record = record_of(entry, "a part")
        _check_names(record)
        kind, path = text_of(record, "format"), file.parent / text_of(record, "path")
        images = file.parent / text_of(record, "images") if "images" in record else None
        split = text_of(record, "split") if "split" in record else None
        weight = number(record.get("weight", 1.0), "'weight'")
        name = text_of(record, "name") if "name" in record else kind
    except BadRowError as problem:
        raise UsageError(f"{file}, part {place}: {problem}") from None
    dataset = datasets.get(kind).open(path, images=images, split=split)
    return Part(name=name, dataset=dataset, weight=weight)


def _check_names(record: Record) -> None:
    for name in record:
        if name not in FIELDS:
            near = difflib.get_close_matches(name, FIELDS, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else f": {', '.join(FIELDS)}"
            raise BadRowError(f"{shown(name)} is not one of its fields{hint}")
