"""Builds what of Deixis is compiled when it is installed, if there is a C compiler.

Without one, or where compiling fails, the package is installed without: numpy then draws, the same
bytes, and torch counts, the same ranks. `CC` names another compiler, and
`DEIXIS_PURE=1` says that none is wanted.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from packaging.tags import sys_tags

PACKAGE = Path("src/deixis")
LIBRARIES = (PACKAGE / "marks/raster/c/raster.so", PACKAGE / "priors/c/ranks.so")
# never fused nor reordered: the bytes are numpy's
FLAGS = "-std=c11 -O3 -ffp-contract=off -fno-math-errno -fPIC -shared"


class CompiledBuild(BuildHookInterface):
    """Adds the libraries to the wheel, and marks the wheel as made for this kind of machine."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the files are gathered; an editable install finds them in the tree."""
        del version
        if os.environ.get("DEIXIS_PURE") == "1":
            return
        for library in LIBRARIES:
            if not is_built(Path(self.root) / library):
                self.app.display_warning(f"no C compiler built {library}: it is done without")
                continue
            build_data["artifacts"].append(str(library))
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{next(sys_tags()).platform}"


def is_built(library: Path) -> bool:
    """Whether the library was built of the sources beside it; one from before is gone then."""
    draft = library.with_name(f".{library.name}.{os.getpid()}.draft")
    compiler = shlex.split(os.environ.get("CC", "cc"))
    if sys.platform == "win32" or not compiler or shutil.which(compiler[0]) is None:
        library.unlink(missing_ok=True)
        return False
    sources = map(str, sorted(library.parent.glob("*.c")))
    try:
        subprocess.run(
            [*compiler, *FLAGS.split(), "-o", str(draft), *sources, "-lm"],
            check=True,
            capture_output=True,
            timeout=300,
        )
        draft.replace(library)
    except (OSError, subprocess.SubprocessError):
        library.unlink(missing_ok=True)
        return False
    finally:
        draft.unlink(missing_ok=True)
    return True
