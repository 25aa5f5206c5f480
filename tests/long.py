"""What `make test` leaves to `make test-long`."""

import pytest


def long(value, *more):
    """A case that is tried by `make test-long` alone."""
    return pytest.param(value, *more, marks=pytest.mark.long)


def all_long_but(quick, values):
    """All cases, of which `make test` tries those of `quick` alone."""
    values = list(values)
    assert set(quick) <= set(values), f"{sorted(set(quick) - set(values))} are no cases"
    return [value if value in quick else long(value) for value in values]


def long_but_each(nth, values, *, first=0):
    """All cases, of which `make test` tries each nth: other ones where `first` is another.

    Tests of one kind that begin at different ones try each case somewhere.
    """
    return [value if at % nth == first % nth else long(value) for at, value in enumerate(values)]
