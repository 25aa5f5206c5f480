"""Builds the renderer's compiled half when Deixis is installed, if there is a C compiler.

Without one, or where compiling fails, the package is installed without it: numpy then draws, the
same bytes. `CC` names another compiler.
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

FOLDER = Path("src/deixis/marks/raster/c")
# never fused nor reordered: the bytes are numpy's
FLAGS = "-std=c11 -O3 -ffp-contract=off -fno-math-errno -fPIC -shared"


class RasterBuild(BuildHookInterface):
    """Adds `raster.so` to the wheel, and marks the wheel as made for this kind of machine."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the files are gathered; an editable install finds it in the tree."""
        del version
        library = compiled(Path(self.root) / FOLDER)
        if library is None:
            self.app.display_warning("no C compiler built the renderer: numpy will draw")
            return
        build_data["artifacts"].append(str(FOLDER / library.name))
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{next(sys_tags()).platform}"


def compiled(folder: Path) -> Path | None:
    """The library built in its folder, or None; one from before is gone then."""
    library, draft = folder / "raster.so", folder / f".raster.{os.getpid()}.draft"
    compiler = shlex.split(os.environ.get("CC", "cc"))
    if sys.platform == "win32" or not compiler or shutil.which(compiler[0]) is None:
        library.unlink(missing_ok=True)
        return None
    command = [*compiler, *FLAGS.split(), "-o", str(draft), *map(str, sorted(folder.glob("*.c")))]
    try:
        subprocess.run([*command, "-lm"], check=True, capture_output=True, timeout=300)
        draft.replace(library)
    except (OSError, subprocess.SubprocessError):
        library.unlink(missing_ok=True)
        return None
    finally:
        draft.unlink(missing_ok=True)
    return library
