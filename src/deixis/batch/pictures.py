"""The pictures of a folder or of a data set's rows, by names that stay the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.core.errors import SampleError, UsageError
from deixis.core.files import working_folder
from deixis.data import datasets

SUFFIXES = frozenset({".jpeg", ".jpg", ".png", ".webp"})  # of what open_image opens


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Pictures:
    """Paths by name, in their order, and what is wrong with rows that name none."""

    paths: Mapping[str, Path]
    bad: tuple[str, ...] = ()


def pictures_of(path: Path, *, images: Path | None = None, form: str = "llava") -> Pictures:
    """Those of a folder, all levels deep, or of a file of rows in that format."""
    if path.is_dir():
        if images is not None:
            raise UsageError("--images is for files of rows; a folder's pictures lie in it")
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())
        if not found:
            raise UsageError(f"there is no picture in {path}: {', '.join(sorted(SUFFIXES))}")
        return Pictures(paths={p.relative_to(path).as_posix(): p for p in found})
    if not path.is_file():
        raise UsageError(f"there is no {str(path)!r}, seen from {working_folder()}")
    dataset = datasets.get(form).open(path, images=images)
    paths: dict[str, Path] = {}
    bad: list[str] = []
    for index in range(len(dataset)):
        try:
            sample = dataset.sample(index)
        except SampleError as problem:
            bad.append(str(problem))
            continue
        for picture in sample.pictures:
            paths.setdefault(_name(picture, images or path.parent), picture)
    if not paths:
        raise UsageError(f"no row of {path} has a picture")
    return Pictures(paths=paths, bad=tuple(bad))


def _name(picture: Path, folder: Path) -> str:
    inside = picture.is_relative_to(folder)
    return (picture.relative_to(folder) if inside else picture).as_posix()
