"""The reference of the public names, made of their docstrings and signatures."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import deixis
from docs.site.fields import fields_of, shown_type, shown_value, without_fields
from docs.site.prose import as_markdown, cell, code, table

# what a name's home is about, in the order of the page
TOPICS = {
    "core": "Pictures and regions",
    "marks": "Marks",
    "encodings": "How a region reaches a model",
    "coordinates": "Coordinates",
    "models": "Models",
    "ask": "Asking",
    "sources": "What is known of a picture",
}


def pages() -> dict[str, str]:
    """Pages of the reference by name: one of `deixis`, one of each folder with public names."""
    found = {f"api/{name}": _module_page(name) for name in public_modules()}
    return {"api/index": _index(list(found)), **found}


def public_modules() -> list[str]:
    """`deixis` and its folders that say what is public in them."""
    names = [
        f"deixis.{module.name}"
        for module in pkgutil.iter_modules(deixis.__path__)
        if module.ispkg and not module.name.startswith("_")
    ]
    told = [n for n in names if getattr(importlib.import_module(n), "__all__", None)]
    return ["deixis", *told, "deixis.testing.simulated", "deixis.testing.tiny"]


def entries() -> list[str]:
    """Every public name, with its module."""
    return [
        f"{module}.{name}"
        for module in public_modules()
        for name in importlib.import_module(module).__all__
    ]


def _index(names: list[str]) -> str:
    rows = [
        [f"[`{name.removeprefix('api/')}`]({name.removeprefix('api/')}.md)", _about(name)]
        for name in names
    ]
    listing = "\n".join(name.removeprefix("api/") for name in names)
    return (
        "# Python\n\nThe names that are public. All else may change without notice.\n\n"
        + table(["module", "what it holds"], rows)
        + f"\n\n```{{toctree}}\n:hidden:\n\n{listing}\n```\n"
    )


def _about(page: str) -> str:
    module = importlib.import_module(page.removeprefix("api/"))
    return cell((module.__doc__ or "").split("\n")[0])


def _module_page(name: str) -> str:
    module = importlib.import_module(name)
    parts = [f"# {name}", as_markdown(module.__doc__), f"``````{{py:module}} {name}\n``````"]
    by_topic: dict[str, list[str]] = {}
    for one in module.__all__:
        by_topic.setdefault(_topic(name, one, getattr(module, one)), []).append(one)
    for topic in sorted(by_topic, key=_place):
        if len(by_topic) > 1:
            parts.append(f"## {topic}")
        parts += [_entry(name, one, getattr(module, one)) for one in by_topic[topic]]
    return "\n\n".join(parts) + "\n"


def _topic(module: str, name: str, value: object) -> str:
    """The heading below which a name of `deixis` stands; elsewhere there is one."""
    if module != "deixis":
        return ""
    home = str(getattr(value, "package", None) or getattr(value, "__module__", "") or "")
    part = home.split(".")[1] if home.startswith("deixis.") else "core"
    if isinstance(value, type) and issubclass(value, Exception):
        return "Errors"
    return TOPICS.get(part, TOPICS["models"])


def _place(topic: str) -> int:
    known = [*TOPICS.values()]
    return known.index(topic) if topic in known else len(known)


def _entry(module: str, name: str, value: object) -> str:
    if module != "deixis" and name in deixis.__all__ and getattr(deixis, name) is value:
        about = f"The same as {{py:obj}}`deixis.{name}`."
        return _directive("data", name, [about])
    if inspect.isclass(value):
        return _class(name, value)
    if inspect.isfunction(value):
        return _directive("function", name + signature(value), [as_markdown(value.__doc__)])
    return _directive("data", name, [_constant(value)])


def _constant(value: object) -> str:
    names = getattr(value, "names", None)
    if callable(names):
        listed = ", ".join(code(one) for one in names())
        return f"A catalog ({code(type(value).__name__)}) of {listed}."
    return code(shown_value(value))


def _class(head: str, cls: type[Any]) -> str:
    if hasattr(cls, "__dataclass_fields__"):
        fields = fields_of(cls)
        rest, _ = without_fields(cls.__doc__ or "", {one.name for one in fields})
        rows = [
            [code(one.name), code(one.kind), code(one.default), cell(one.about)] for one in fields
        ]
        heads = ["field", "type", "unless given", "what"]
        parts = [as_markdown(rest), table(heads, rows) if rows else ""]
    else:
        parts = [as_markdown(cls.__doc__)]
        head += "" if issubclass(cls, Exception) or inspect.isabstract(cls) else signature(cls)
    for name, member in members(cls):
        parts.append(_member(name, member))
    return _directive("class", head, parts)


def members(cls: type[Any]) -> Iterator[tuple[str, object]]:
    """The public methods and properties that a class or a base of ours defines."""
    seen: dict[str, object] = {}
    for base in cls.__mro__:
        if base.__module__.split(".")[0] != "deixis":
            continue
        for name, member in vars(base).items():
            wanted = isinstance(member, property | classmethod | staticmethod)
            if not name.startswith("_") and (wanted or inspect.isfunction(member)):
                seen.setdefault(name, member)
    yield from seen.items()


def _member(name: str, member: object) -> str:
    if isinstance(member, property):
        return _directive("property", name, [as_markdown(member.__doc__)], ticks=4)
    kind = {classmethod: "classmethod", staticmethod: "staticmethod"}.get(type(member), "")
    function = getattr(member, "__func__", member)
    option = [f":{kind}:\n"] if kind else []
    bound = signature(function, bound=not isinstance(member, staticmethod))
    return _directive("method", name + bound, [*option, as_markdown(function.__doc__)], ticks=4)


def _directive(kind: str, head: str, parts: list[str], *, ticks: int = 6) -> str:
    fence = "`" * ticks
    body = "\n\n".join(part for part in parts if part)
    gap = "" if body.startswith(":") else "\n"
    return f"{fence}{{py:{kind}}} {head}\n{gap}{body}\n{fence}"


def signature(function: Any, *, bound: bool = False) -> str:  # Any: classes and functions
    """What a function takes and gives, in short names."""
    try:
        found = inspect.signature(function)
    except (TypeError, ValueError):
        return "()"
    parameters = [_short(one) for one in found.parameters.values()]
    if bound or inspect.isclass(function):
        parameters = parameters[1:] if bound else parameters
    given = found.return_annotation
    short = found.replace(
        parameters=parameters,
        return_annotation=given if given is inspect.Signature.empty else _Shown(shown_type(given)),
    )
    return re.sub(r"\s+", " ", str(short))


def _short(parameter: inspect.Parameter) -> inspect.Parameter:
    kind = parameter.annotation
    if kind is not inspect.Parameter.empty:
        parameter = parameter.replace(annotation=_Shown(shown_type(kind)))
    if parameter.default is not inspect.Parameter.empty:
        parameter = parameter.replace(default=_Shown(shown_value(parameter.default)))
    return parameter


class _Shown:
    """Words that a signature shows as they are."""

    def __init__(self, words: str) -> None:
        self.words = words

    def __repr__(self) -> str:
        return self.words
