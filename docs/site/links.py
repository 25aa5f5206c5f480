"""The gate of the pages: each link, anchor and picture leads somewhere, here and when built."""

import re
import unicodedata
from collections.abc import Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from docs.site.pages import FENCE, Page, links, target_file


def broken_in_sources(pages: Iterable[Page]) -> list[str]:
    """Links of pages of the repository that lead nowhere, as 'page: link'."""
    broken = []
    for page in pages:
        for target in links(page):
            file = target_file(page, target)
            anchor = target.partition("#")[2]
            if file is None:
                continue
            if not file.exists():
                broken.append(f"{page.path}: {target} is not there")
            elif anchor and anchor not in anchors(file.read_text(encoding="utf-8")):
                broken.append(f"{page.path}: {target} has no such heading")
    return broken


def anchors(text: str) -> set[str]:
    """The anchors of a Markdown page's headings, as hosts of repositories make them."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6} +(.+?) *#*$", FENCE.sub("", text), re.MULTILINE):
        words = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = "".join(sign for sign in words.lower() if _stays(sign)).replace(" ", "-")
        number = next(n for n in range(len(found) + 1) if _numbered(slug, n) not in found)
        found.add(_numbered(slug, number))
    return found


def _stays(sign: str) -> bool:
    return sign in " -_" or unicodedata.category(sign)[0] in "LN"


def _numbered(slug: str, number: int) -> str:
    return f"{slug}-{number}" if number else slug


class _Built(HTMLParser):
    """What a built page links to, shows and can be led to."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what an element leads to and is called."""
        del tag
        for name, value in attrs:
            if value is None:
                continue
            if name in ("href", "src"):
                self.targets.append(value)
            if name in ("id", "name"):
                self.ids.add(value)


def broken_in_built(folder: Path) -> list[str]:
    """Links, anchors and pictures of built pages that lead nowhere, as 'page: link'."""
    pages = {path.resolve(): _read(path) for path in sorted(folder.rglob("*.html"))}
    broken = []
    for path, page in pages.items():
        for target in page.targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc or target.startswith("data:"):
                continue
            file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchor = unquote(parts.fragment)
            if not file.is_file():
                broken.append(f"{path.relative_to(folder.resolve())}: {target} is not there")
            elif anchor and file in pages and anchor not in pages[file].ids:
                broken.append(f"{path.relative_to(folder.resolve())}: {target} leads to no place")
    return broken


def _read(path: Path) -> Any:
    page = _Built()
    page.feed(path.read_text(encoding="utf-8"))
    return page
