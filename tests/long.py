"""What `make test` leaves to `make test-long`, and that to `make night`."""

import zlib

import pytest

PARAMETER_SET = type(pytest.param())


def long(*values):
    """A case that is tried by `make test-long` alone."""
    marks = [pytest.mark.long]
    if len(values) == 1 and isinstance(values[0], PARAMETER_SET):
        values, marks = values[0].values, [*values[0].marks, *marks]
    return pytest.param(*values, marks=marks)


def night(*values):
    """A case of thousands, that is tried by `make night` alone."""
    return pytest.param(*values, marks=[pytest.mark.long, pytest.mark.night])


def all_long_but(quick, values):
    """All cases, of which `make test` tries those of `quick` alone."""
    values = list(values)
    assert set(quick) <= set(values), f"{sorted(set(quick) - set(values))} are no cases"
    return [value if value in quick else long(value) for value in values]


def each_of(name, values, *, nth=3, first=None):
    """Parametrize a test by all values, of which `make test` tries each `nth`, from `first` on.

    Where `first` is not given it follows from the test's name, so that many tests of one kind try
    every value between them; few tests of one kind are told where to begin.
    """
    values = list(values)
    nth = min(nth, len(values))

    def parametrized(test):
        begin = zlib.crc32(test.__name__.encode()) if first is None else first
        cases = [
            value if at % nth == begin % nth else long(value) for at, value in enumerate(values)
        ]
        return pytest.mark.parametrize(name, cases)(test)

    return parametrized
