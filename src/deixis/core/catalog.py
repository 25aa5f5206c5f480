"""The parts of one kind, found by their file names: listed without importing, imported on `get`."""

import importlib
import importlib.util
import pkgutil
from importlib import metadata
from typing import Any, Generic, TypeVar, final

from deixis.core.errors import DeixisError, UnknownNameError

Part = TypeVar("Part")


@final
class Catalog(Generic[Part]):
    """All parts of one kind.

    A part is one final class in `PACKAGE/NAME.py`; files that start with an underscore, and
    folders, are not parts.
    Other packages add theirs through the entry-point group named like the package
    ("deixis.coordinates"); a name that is there twice is refused when the catalog is listed.
    """

    def __init__(self, *, kind: str, package: str, interface: type[Part]) -> None:
        self.kind = kind
        self.package = package
        self.interface = interface
        self._known: dict[str, type[Part]] = {}  # those that were asked for: listing is slow

    def names(self) -> list[str]:
        """Every part's name, sorted; imports none of them."""
        return sorted(self._own_names() | set(self._entry_points()))

    def get(self, name: str) -> type[Part]:
        """The part's class."""
        if name not in self._known:
            self._known[name] = self._found(name)
        return self._known[name]

    def _found(self, name: str) -> type[Part]:
        if name not in self._own_names():
            entry_points = self._entry_points()
            if name in entry_points:
                return self._checked(entry_points[name].load(), name)
            raise UnknownNameError(kind=self.kind, name=name, known=self.names())
        module = importlib.import_module(f"{self.package}.{name}")
        found = [
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, self.interface)
            and value is not self.interface
            and value.__module__ == module.__name__
        ]
        if len(found) != 1:
            raise DeixisError(
                f"{module.__name__} must hold one {self.interface.__name__}, it holds {len(found)}"
            )
        return found[0]

    def _own_names(self) -> set[str]:
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.submodule_search_locations is None:
            raise DeixisError(f"{self.package} is not a package")
        modules = pkgutil.iter_modules(spec.submodule_search_locations)
        return {m.name for m in modules if not m.ispkg and not m.name.startswith("_")}

    def _entry_points(self) -> dict[str, metadata.EntryPoint]:
        joined: dict[str, metadata.EntryPoint] = {}
        own = self._own_names()
        for point in metadata.entry_points(group=self.package):
            if point.name in own or point.name in joined:
                raise DeixisError(f"two {self.kind}s are named {point.name!r}: {point.value}")
            joined[point.name] = point
        return joined

    def _checked(self, part: Any, name: str) -> type[Part]:  # Any: whatever an entry point names
        if not (isinstance(part, type) and issubclass(part, self.interface)):
            raise DeixisError(f"{name!r} is not a {self.interface.__name__}: {part!r}")
        return part
