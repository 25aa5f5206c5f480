"""A catalog holds the parts of one kind by their names: it lists them without importing, and
imports one when it is asked for.
"""

import importlib
import importlib.util
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Generic, TypeVar, final

from typing_extensions import override

from deixis.core import given
from deixis.core.errors import DeixisError, UnknownNameError
from deixis.core.optional_parts import named_extras

if TYPE_CHECKING:
    from importlib import metadata

Part = TypeVar("Part")


@dataclass(kw_only=True, eq=False)
class NamedParts(ABC, Generic[Part]):
    """A catalog knows all parts of one kind, and where each comes from.

    A part is a file `PACKAGE/NAME.py`; files that start with an underscore, folders, and the files
    named in `besides` are not parts, and without a package no file is one. Where parts differ in
    values only, `rows` tells for each name where it stands, as "module:attribute": the attribute is
    the part, or a mapping that has it under its name; a module without a dot is a file of the
    package, and no part itself. Other packages add theirs through the entry-point `group`, whose
    values are read like those of `rows`. The group does not move when the package does. A name that
    is there twice is refused when the catalog is listed. `elsewhere` tells of the beginnings of
    names which package brings them, for who asks for one without having it.
    """

    kind: str
    group: str
    interface: type[Part]
    package: str | None = None
    rows: Mapping[str, str] = field(default_factory=dict)
    besides: Iterable[str] = ()
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    _known: dict[str, object] = field(default_factory=dict, init=False)  # since listing is slow

    def names(self) -> list[str]:
        """The names of all parts come sorted; none of them is imported."""
        return sorted(self._own_names() | set(self._entry_points()))

    def __contains__(self, name: str) -> bool:
        return name in self._known or name in self._own_names() or name in self._entry_points()

    def name_of(self, part: object) -> str | None:
        """A part has the name under which it stands here; None where it does not."""
        likely = (own_name(part), *self._known)
        for name in dict.fromkeys((*likely, *self.names())):
            if name in self and self._part(name) is part:
                return name
        return None

    @abstractmethod
    def _held(self, module: ModuleType) -> object:
        """A file holds one part: this finds it."""

    @abstractmethod
    def _fits(self, part: object) -> bool:
        """Whether something is a part of this kind."""

    def _part(self, name: str) -> object:
        given.text(f"a {self.kind}'s name", name)
        if name not in self._known:
            self._known[name] = self._found(name)
        return self._known[name]

    def _found(self, name: str) -> object:
        if name in self.rows:
            return self._loaded(name, self._full(self.rows[name]))
        if name in self._own_names():
            return self._loaded(name, f"{self.package}.{name}")
        entry_points = self._entry_points()
        if name in entry_points:
            return self._loaded(name, entry_points[name].value)
        known = self.names()
        package = next(
            (
                package
                for begin, package in self.elsewhere.items()
                if name.startswith(begin)
                and not any(one.startswith(begin) and one != begin for one in known)  # not there
            ),
            None,
        )
        raise UnknownNameError(kind=self.kind, name=name, known=known, package=package)

    def _full(self, target: str) -> str:
        """A row's target gets its whole module."""
        return target if "." in target.partition(":")[0] else f"{self.package}.{target}"

    def _loaded(self, name: str, target: str) -> object:
        path, _, attribute = target.partition(":")
        with named_extras(f"the {self.kind} {name!r}"):
            module = importlib.import_module(path)
        part = getattr(module, attribute, None) if attribute else self._held(module)
        if isinstance(part, Mapping):
            if name not in part:
                raise DeixisError(f"{target} has no {self.kind} named {name!r}")
            part = part[name]
        if not self._fits(part):
            raise DeixisError(f"{name!r} is not a {self.interface.__name__}: {part!r}")
        return part

    def _own_names(self) -> set[str]:
        if self.package is None:
            return set(self.rows)
        spec = importlib.util.find_spec(self.package)
        if spec is None or spec.submodule_search_locations is None:
            raise DeixisError(f"{self.package} is not a package")
        tables = (self._full(target).partition(":")[0] for target in self.rows.values())
        others = {*self.besides, *(table.removeprefix(f"{self.package}.") for table in tables)}
        modules = pkgutil.iter_modules(spec.submodule_search_locations)
        files = {m.name for m in modules if not m.ispkg and not m.name.startswith("_")} - others
        for name in files & set(self.rows):
            raise DeixisError(f"two {self.kind}s are named {name!r}: {self.rows[name]} and a file")
        return files | set(self.rows)

    def _entry_points(self) -> "dict[str, metadata.EntryPoint]":
        from importlib import metadata  # 20 ms, which a name of our own does not cost

        joined: dict[str, metadata.EntryPoint] = {}
        own = self._own_names()
        for point in metadata.entry_points(group=self.group):
            if point.name in own or point.name in joined:
                raise DeixisError(f"two {self.kind}s are named {point.name!r}: {point.value}")
            joined[point.name] = point
        return joined


@final
@dataclass(kw_only=True, eq=False)
class Catalog(NamedParts[Part]):
    """The parts are classes: one final class a file, or a class a row."""

    def get(self, name: str) -> type[Part]:
        """The part's class is imported now."""
        part: type[Part] = self._part(name)  # type: ignore[assignment]  # it fits
        return part

    @override
    def _held(self, module: ModuleType) -> type[Part]:
        found = [
            value
            for value in vars(module).values()
            if self._fits(value)
            and value is not self.interface
            and value.__module__ == module.__name__
        ]
        if len(found) != 1:
            raise DeixisError(
                f"{module.__name__} must hold one {self.interface.__name__}, it holds {len(found)}"
            )
        only: type[Part] = found[0]
        return only

    @override
    def _fits(self, part: object) -> bool:
        return isinstance(part, type) and issubclass(part, self.interface)


@final
@dataclass(kw_only=True, eq=False)
class ObjectCatalog(NamedParts[Part]):
    """The parts are objects: what each file calls by the same `attribute`, or a row; without an
    attribute they are the files themselves.
    """

    attribute: str | None = None

    def get(self, name: str) -> Part:
        """The part is imported now."""
        part: Part = self._part(name)  # type: ignore[assignment]  # it fits
        return part

    @override
    def _held(self, module: ModuleType) -> object:
        if self.attribute is None:
            return module
        part = getattr(module, self.attribute, None)
        if not self._fits(part):
            raise DeixisError(
                f"{module.__name__} must hold a {self.interface.__name__} named {self.attribute}"
            )
        return part

    @override
    def _fits(self, part: object) -> bool:
        return isinstance(part, self.interface)


def own_name(part: object) -> str:
    """A part is called by the name that it stores itself, or by that of its file."""
    own = getattr(part, "name", None)
    if isinstance(own, str):
        return own
    path = part.__name__ if isinstance(part, ModuleType) else str(part.__module__)
    return path.rpartition(".")[2]
