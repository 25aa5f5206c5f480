"""The fenced blocks of every page, and the commands in them."""

import re
import shlex
from dataclasses import dataclass

from docs.site.pages import all_pages

FENCE = re.compile(r"^( *)```([\w-]*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
SHELL = ("sh", "console")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A fenced block, and where it stands."""

    page: str
    number: int
    language: str
    text: str

    def __str__(self):
        return f"{self.page}-{self.number}-{self.language or 'plain'}"


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command of a block, as words, and the lines that it is said to print."""

    block: Block
    words: tuple[str, ...]
    prints: tuple[str, ...] = ()

    def __str__(self):
        return f"{self.block}: {shlex.join(self.words)}"


def all_blocks():
    return [
        Block(page=page.name, number=number, language=match[2], text=match[3])
        for page in all_pages()
        for number, match in enumerate(FENCE.finditer(page.text()))
    ]


def commands(block):
    """The commands of a block; in `console` they follow `$`, and what they print follows them."""
    lines = block.text.replace("\\\n", " ").splitlines()
    if block.language == "sh":
        return [
            Command(block=block, words=words)
            for line in lines
            if (words := tuple(shlex.split(line, comments=True)))
        ]
    found = []
    for line in lines:
        if line.startswith("$ "):
            found.append([tuple(shlex.split(line[2:], comments=True))])
        else:
            found[-1].append(line)
    return [Command(block=block, words=words, prints=tuple(rest)) for words, *rest in found]
