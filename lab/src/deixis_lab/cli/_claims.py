"""Claims are listed as they stand in the files, so that a list needs no model's libraries."""

import ast
import importlib.util
from importlib import import_module, metadata
from pathlib import Path
from typing import Any


def claims(package: str, catalog: str) -> dict[str, str]:
    """What each part of a catalog of ours claims, by its name; where other packages add parts, all
    are imported.
    """
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    if metadata.entry_points(group=package):
        parts: Any = getattr(import_module(package), catalog)  # Any: of either kind
        return {name: parts.get(name).claim for name in parts.names()}
    (folder,) = spec.submodule_search_locations
    files = sorted(path for path in Path(folder).glob("*.py") if not path.stem.startswith("_"))
    return {path.stem: _claim(path) for path in files}


def _claim(path: Path) -> str:
    """The class in the file has its claim as a text."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "claim":
            assert node.value is not None
            return str(ast.literal_eval(node.value))
    raise AssertionError(f"{path} claims nothing")
