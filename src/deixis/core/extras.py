"""Optional packages: asked for by name, and named with their pip install where missing."""

import importlib.util

from deixis.core.errors import MissingExtraError


def require_package(package: str, *, extra: str, needed_for: str) -> None:
    """MissingExtraError where the package is not installed; does not import it."""
    if importlib.util.find_spec(package) is None:
        raise MissingExtraError(package=package, extra=extra, needed_for=needed_for)
