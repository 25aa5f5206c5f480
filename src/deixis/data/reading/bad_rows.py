"""Bad rows of a file stop its reading, or are told and left out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import final

from deixis.core.errors import DeixisError, SampleError
from deixis.data.reading.fields import BadRowError


@contextmanager
def in_row(file: str, row: int | str) -> Iterator[None]:
    """SampleError names the row for what is wrong with it."""
    try:
        yield
    except SampleError:
        raise
    except (BadRowError, DeixisError) as problem:
        raise SampleError(dataset=file, row=row, reason=str(problem)) from None


@final
class BadRows:
    """A file's bad rows are given to whoever asked for them."""

    def __init__(self, file: Path, on_bad: Callable[[SampleError], None] | None) -> None:
        self.file, self._on_bad = file, on_bad

    @contextmanager
    def left_out(self, row: int | str, file: Path | None = None) -> Iterator[None]:
        """What is done here is left where it fails, if somebody wants to be told; else it is a
        SampleError.
        """
        try:
            with in_row(str(file or self.file), row):
                yield
        except SampleError as problem:
            if self._on_bad is None:
                raise
            self._on_bad(problem)
