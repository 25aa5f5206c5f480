"""Which pages of the repository are pages of the site, where they stand, and their links there."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
# of the root, by the names that they have on the site
TOP = {
    "README.md": "index",
    "CHANGELOG.md": "changelog",
    "CONTRIBUTING.md": "contributing",
    "SECURITY.md": "security",
    "lab/README.md": "deixis-lab",
}
# guides in the order in which they are read; what is not named here follows by its name
GUIDES = (
    "install",
    "images",
    "ask",
    "command-line",
    "marks",
    "gallery",
    "coordinates",
    "find",
    "contracts",
    "models",
    "remote",
    "serve",
    "mcp",
    "studio",
    "each",
    "probe",
    "knowledge",
    "pixel",
    "priors",
    "train",
    "evals",
    "data",
    "adapters",
    "testing",
)
LABORATORY = ("deixis-lab", "lab/README", "scenes", "things")
# where the heading of a page is longer than a line of the navigation
SHORT = {
    "marks": "Marks",
    "contracts": "Contracts",
    "remote": "Servers",
    "serve": "Serve",
    "mcp": "Agents",
    "studio": "Studio",
    "each": "Folders",
    "lab/README": "Claims tried",
    "scenes": "Scenes",
    "things": "Things",
    "security": "Hostile input",
}
ELSEWHERE = ("log",)
LINK = re.compile(r"(!?\[[^\]]*\])\(([^)\s]+)\)")
FENCE = re.compile(r"^( *)(```+|~~~+).*?^\1\2", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the repository: where it lies there, and its name on the site."""

    path: Path
    name: str

    def text(self) -> str:
        """Its Markdown, without the settings that a host of models reads at its head."""
        text = self.path.read_text(encoding="utf-8")
        return text.split("\n---\n", 1)[1] if text.startswith("---\n") else text


def all_pages() -> list[Page]:
    """Every page, those that others lead to among them."""
    docs = ROOT / "docs"
    reported = sorted(docs.glob("lab/*/README.md"))
    paths = [*(ROOT / name for name in TOP), *sorted(docs.glob("*.md")), *reported]
    pages = {path: Page(path=path, name=name_of(path)) for path in paths}
    waiting = list(pages.values())
    while waiting:
        page = waiting.pop()
        for target in links(page):
            file = target_file(page, target)
            if file is not None and file.suffix == ".md" and file.is_file() and file not in pages:
                pages[file] = Page(path=file, name=name_of(file))
                waiting.append(pages[file])
    return list(pages.values())


def name_of(path: Path) -> str:
    """The name on the site of a page of the repository."""
    inside = path.relative_to(ROOT).as_posix()
    if inside in TOP:
        return TOP[inside]
    if not inside.startswith("docs/"):
        return f"more/{inside.removesuffix('.md')}"
    return inside.removeprefix("docs/").removesuffix(".md")


def links(page: Page) -> list[str]:
    """What a page links to or shows, outside of its code."""
    prose = re.sub(r"`[^`\n]+`", "", FENCE.sub("", page.text()))
    return [match[2] for match in LINK.finditer(prose)]


def target_file(page: Page, target: str) -> Path | None:
    """The file of the repository that a link leads to, if it is a relative one."""
    path, _, _ = target.partition("#")
    if "://" in target or target.startswith("mailto:"):
        return None
    return Path(os.path.normpath(page.path.parent / path)) if path else page.path


def sections(pages: list[Page]) -> list[tuple[str, list[str]]]:
    """The navigation: headings, and the pages below each, as Sphinx has them listed."""
    docs = {page.name for page in pages if page.path.parent == ROOT / "docs"}
    names = {page.name for page in pages}
    rest = sorted(docs - {*GUIDES, *LABORATORY, *ELSEWHERE})
    guides = [name for name in GUIDES if name in docs]
    reference = ["commands/index", "settings", "api/index"]
    return [
        ("Guides", [*guides, *rest]),
        ("Laboratory", [name for name in LABORATORY if name in names]),
        ("Reference", reference),
        ("Project", ["log", "changelog", "contributing", "security"]),
    ]


def reports(pages: list[Page]) -> list[str]:
    """The pages of single claims, which stand below the page of all."""
    return sorted(page.name for page in pages if re.fullmatch(r"lab/\w+/README", page.name))


def staged(page: Page, known: dict[Path, Page], folder: Path) -> str:
    """A page's text for the site: links lead to pages there, and to copies of other files."""
    text = page.text()
    code = [match.span() for match in FENCE.finditer(text)]

    def moved(match: re.Match[str]) -> str:
        if any(start <= match.start() < end for start, end in code):
            return match[0]
        file = target_file(page, match[2])
        if file is None or match[2].startswith("#"):
            return match[0]
        mark = "#" if "#" in match[2] else ""
        anchor = mark + match[2].partition("#")[2]
        here = (folder / f"{page.name}.md").parent
        if file in known:
            there = folder / f"{known[file].name}.md"
        else:
            there = folder / "files" / file.relative_to(ROOT)
            there.parent.mkdir(parents=True, exist_ok=True)
            there.write_bytes(file.read_bytes())
        return f"{match[1]}({os.path.relpath(there, here)}{anchor})"

    return LINK.sub(moved, text)
