"""Builds what an index takes of Deixis, checks it, and tries each piece in an empty environment.

    python release.py --out dist --constraint constraints.txt

A source archive, a wheel for any machine, and one with the compiled halves for machines like this.
Both wheels are built from the archive, so that it is known to be enough.
"""

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent
SAID = ["say", "--size", "640x420", "cup=box:110,195,245,330"]
COMPILED = "from deixis.marks import is_compiled; print(is_compiled())"


def main() -> int:
    """Build, check and try; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--constraint", type=Path, help="versions of what Deixis needs, when tried")
    arguments = parser.parse_args()
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    for old in [*out.glob("deixis-*.tar.gz"), *out.glob("deixis-*.whl")]:
        old.unlink()
    archive, pure, compiled = build(out)
    check(archive, pure, compiled)
    for package, expected in ((archive, None), (pure, False), (compiled, True)):
        tried = try_out(package, is_compiled=expected, constraint=arguments.constraint)
        print(f"{package.name}: {package.stat().st_size / 1e6:.1f} MB; {tried}")
    return 0


def build(out: Path) -> tuple[Path, Path, Path]:
    """The archive, the wheel for any machine and the one for machines like this, in `out`."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        tool("build", "--no-isolation", "--sdist", "--outdir", out, ROOT)
        (archive,) = out.glob("deixis-*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(work, filter="data")
        source = work / archive.name.removesuffix(".tar.gz")
        wheel = ("build", "--no-isolation", "--wheel", "--outdir")
        tool(*wheel, out, source, DEIXIS_PURE="1")
        (pure,) = out.glob("deixis-*.whl")
        tool(*wheel, work / "here", source)
        (here,) = (work / "here").glob("*.whl")
        if "-linux_" in here.name:
            tool("auditwheel", "repair", "--wheel-dir", out, here)
        else:
            here.replace(out / here.name)
    (compiled,) = set(out.glob("deixis-*.whl")) - {pure}
    return archive, pure, compiled


def check(archive: Path, pure: Path, compiled: Path) -> None:
    """What is in the wheels and their names is as an index and its users expect it."""
    tool("twine", "check", "--strict", archive, pure, compiled)
    assert pure.name.endswith("-py3-none-any.whl"), pure.name
    assert "-linux_" not in compiled.name, f"no index takes {compiled.name}"
    libraries = files(compiled) - files(pure)
    assert {Path(file).name for file in libraries} == {"raster.so", "ranks.so"}, libraries
    assert not files(pure) - files(compiled)
    assert not [file for file in files(pure) if file.endswith(".so")]


def files(wheel: Path) -> set[str]:
    """The files of a wheel, without its folders."""
    with zipfile.ZipFile(wheel) as packed:
        return {entry.filename for entry in packed.infolist() if not entry.is_dir()}


def try_out(package: Path, *, is_compiled: bool | None, constraint: Path | None) -> str:
    """Install the package in an empty environment and use it there; what was seen, in words."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        venv.create(place / "venv", with_pip=True)
        python = place / "venv/bin/python"
        held = ["--constraint", constraint.resolve()] if constraint else []
        pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        run([*pip, "--no-compile", *held, package.resolve()], place)
        version = run([python, "-c", "import deixis; print(deixis.__version__)"], place).strip()
        assert f"-{version}" in package.name, (version, package.name)
        said = run([place / "venv/bin/deixis", *SAID], place)
        assert "110" in said, said
        seen = run([python, "-c", COMPILED], place).strip() == "True"
        assert is_compiled in (None, seen), f"{package.name}: compiled is {seen}"
    return f"version {version} says a box, {'with' if seen else 'without'} compiled halves"


def tool(name: str, *arguments: object, **variables: str) -> None:
    """Run a tool of this environment; its other tools are on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    run([sys.executable, "-m", name, *arguments], ROOT, PATH=path, **variables)


def run(command: Sequence[object], folder: Path, **variables: str) -> str:
    """Run a command in a folder, free of what this process was told; its output."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env={**inherited, **variables},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
