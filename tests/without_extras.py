"""A process in which no extra is installed: torch and its like are not found.

python -m tests.without_extras 'python code'
"""

import subprocess
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


TELL = f"""
import sys
from deixis.cli.main import main
code = main(sys.argv[2:])
print()
print([name for name in {MISSING!r} if name in sys.modules])
sys.exit(code)
"""


def ran(*arguments, code=TELL):
    command = [sys.executable, "-m", "tests.without_extras", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def printed(*arguments):
    """What a command prints that succeeds and imports nothing of an extra."""
    done = ran(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    out, _, imported = done.stdout.rstrip("\n").rpartition("\n")
    assert imported == "[]"
    return out


if __name__ == "__main__":
    sys.meta_path[:] = [Hiding(finder) for finder in sys.meta_path]
    exec(sys.argv[1], {"__name__": "__main__"})
