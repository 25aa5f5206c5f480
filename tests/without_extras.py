"""A process in which no extra is installed: torch and its like are not found.

python -m tests.without_extras 'python code'
"""

import sys
from importlib.machinery import ModuleSpec
from typing import Any

MISSING = ("torch", "transformers", "tokenizers", "safetensors", "matplotlib", "fontTools")


class Hiding:
    """A finder of modules that does not find those packages."""

    def __init__(self, finder: Any) -> None:
        self.finder = finder

    def __getattr__(self, name: str) -> Any:
        return getattr(self.finder, name)

    def find_spec(self, name: str, *given: Any) -> ModuleSpec | None:
        if name.partition(".")[0] in MISSING:
            return None
        return self.finder.find_spec(name, *given)


if __name__ == "__main__":
    sys.meta_path[:] = [Hiding(finder) for finder in sys.meta_path]
    exec(sys.argv[1], {"__name__": "__main__"})
