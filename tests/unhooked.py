"""Calls as a user's program makes them, without the hook that checks the types of our tests."""

from collections.abc import Iterator
from contextlib import contextmanager

import jaxtyping


@contextmanager
def unhooked() -> Iterator[None]:
    """Within, wrong types reach our own functions, which have to refuse them by themselves."""
    before = jaxtyping.config.jaxtyping_disable
    jaxtyping.config.update("jaxtyping_disable", True)
    try:
        yield
    finally:
        jaxtyping.config.update("jaxtyping_disable", before)
