"""Builds the site: guides from docs/, references from the code; any broken link fails it.

python -m docs.site.build --out build/docs
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

from docs.site import commands, reference, settings
from docs.site.links import broken_in_built, broken_in_sources
from docs.site.pages import ROOT, SHORT, Page, all_pages, reports, sections, staged


def main() -> int:
    """Lay out, build and check; the exit code."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--out", type=Path, default=ROOT / "build/docs")
    out: Path = arguments.parse_args().out
    pages = all_pages()
    broken = broken_in_sources(pages)
    if broken:
        return _told(broken)
    source, site = out / "source", out / "html"
    shutil.rmtree(out, ignore_errors=True)
    lay_out(pages, source)
    command = ["-m", "sphinx", "--quiet", "--fail-on-warning", "--keep-going", "-b", "html"]
    cache = ["-d", str(out / "cache"), str(source), str(site)]
    done = subprocess.run([sys.executable, *command, *cache], cwd=ROOT)
    if done.returncode:
        return done.returncode
    broken = [*broken_in_built(site), *without_entry(site)]
    if broken:
        return _told(broken)
    print(f"{len(list(site.rglob('*.html')))} pages in {site}/index.html")
    return 0


def lay_out(pages: list[Page], folder: Path) -> None:
    """Write the pages, the references and Sphinx' settings into a folder."""
    known = {page.path: page for page in pages}
    texts = {page.name: staged(page, known, folder) for page in pages}
    listed = sections(pages)
    shown = {"index", *reports(pages), *(name for _, names in listed for name in names)}
    texts = {name: text if name in shown else _hidden(text) for name, text in texts.items()}
    texts["index"] += "".join(_navigation(names, caption=title) for title, names in listed)
    below = [name.removeprefix("lab/") for name in reports(pages)]
    texts["lab/README"] += _navigation(below, caption="Reports")
    texts |= reference.pages() | commands.pages() | {"settings": settings.page()}
    for name, text in texts.items():
        file = folder / f"{name}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    here = Path(__file__).parent
    (folder / "_static").mkdir()
    shutil.copy(here / "style.css", folder / "_static")
    shutil.copy(here / "conf.py", folder)


def _navigation(names: list[str], *, caption: str) -> str:
    listing = "\n".join(f"{SHORT[name]} <{name}>" if name in SHORT else name for name in names)
    return f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{listing}\n```\n"


def _hidden(text: str) -> str:
    """A page that others lead to, and the navigation does not."""
    return f"---\norphan: true\n---\n{text}"


def without_entry(site: Path) -> list[str]:
    """Public names that no page of the reference has a place for."""
    built = "".join(path.read_text(encoding="utf-8") for path in (site / "api").glob("*.html"))
    return [f"{name} has no entry" for name in reference.entries() if f'id="{name}"' not in built]


def _told(broken: list[str]) -> int:
    print("\n".join(broken), file=sys.stderr)
    print(f"{len(broken)} broken", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
