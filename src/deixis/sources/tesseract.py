"""Tesseract, where the system has it, reads words in pictures by the program `tesseract`."""

import os
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.shapes import Box
from deixis.core.untrusted_text import clean
from deixis.sources.knowledge_source import KnowledgeSource, SourceOptions
from deixis.sources.notes import in_reading_order

NAME = "tesseract"
USUAL = "eng"
CUT = 0.5
PATIENCE_S = 120.0
LONGEST = 32_767  # pixels of a side that it takes
SPARSE = "11"  # its mode for words anywhere in a picture; the usual one expects a page of text
WORD, COLUMNS = "5", 12  # of its table
ONE_THREAD = {"OMP_THREAD_LIMIT": "1"}  # more of them are slower, and wait for one another


@final
class Tesseract(KnowledgeSource):
    """Each line is a note with its text: a box, and the mean of its words' confidence.

    `language` is one of those installed, or several: "deu+eng".
    """

    knows: ClassVar[tuple[str, ...]] = ("least_score", "language")

    def __init__(self, program: str, version: str, options: SourceOptions) -> None:
        self.program, self.version = program, version
        self.language = options.language or USUAL
        self.least_score = CUT if options.least_score is None else options.least_score

    @classmethod
    @override
    def of(cls, argument: str, options: SourceOptions) -> "Tesseract":
        program = shutil.which("tesseract")
        if program is None:
            raise UsageError(
                "the source tesseract needs the program of that name: apt install tesseract-ocr "
                "(its languages: tesseract-ocr-deu …); the source rapidocr comes by pip"
            )
        known = _run([program, "--list-langs"]).split("\n")[1:]
        for language in (options.language or USUAL).split("+"):
            if language not in known:
                raise UnknownNameError(
                    kind="language of tesseract (apt install tesseract-ocr-LANGUAGE)",
                    name=language,
                    known=[name for name in known if name],
                )
        return cls(program, _run([program, "--version"]).split("\n")[0], options)

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {
            "source": NAME,
            "version": self.version,
            "language": self.language,
            "least_score": f"{self.least_score:g}",
        }

    @override
    def look(self, image: Image) -> list[Region]:
        if max(image.size.width, image.size.height) > LONGEST:
            raise UsageError(f"tesseract takes sides up to {LONGEST} pixels, got {image.size}")
        command = [self.program, "stdin", "stdout", "--psm", SPARSE, "-l", self.language, "tsv"]
        lines = [_line(words) for words in _lines(_run(command, image.png()))]
        found = [line.within(image.size) for line in lines if (line.score or 0) >= self.least_score]
        return in_reading_order(found)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """Tesseract's table tells a word so; `confidence` is within 0..100."""

    text: str
    confidence: float
    box: Box


def _lines(table: str) -> list[list[Word]]:
    """Each line has these words, as far as there is anything to read in them."""
    lines: dict[tuple[str, ...], list[Word]] = defaultdict(list)
    for row in table.split("\n")[1:]:
        cells = row.split("\t", COLUMNS - 1)
        if len(cells) < COLUMNS or cells[0] != WORD or not clean(cells[-1]):
            continue
        left, top, width, height, confidence = (float(cell) for cell in cells[6:11])
        box = Box(x0=left, y0=top, x1=left + width, y1=top + height)
        word = Word(text=clean(cells[-1]), confidence=confidence, box=box)
        lines[tuple(cells[1:5])].append(word)  # its page, block, paragraph and line
    return list(lines.values())


def _line(words: Sequence[Word]) -> Region:
    boxes = [word.box for word in words]
    around = Box(
        x0=min(box.x0 for box in boxes),
        y0=min(box.y0 for box in boxes),
        x1=max(box.x1 for box in boxes),
        y1=max(box.y1 for box in boxes),
    )
    score = sum(word.confidence for word in words) / len(words) / 100
    text = " ".join(word.text for word in words)
    return Region(shape=around, text=text, score=min(max(score, 0.0), 1.0), source=NAME)


def _run(command: Sequence[str], given: bytes = b"") -> str:
    """The program writes this, nothing of which is trusted."""
    try:
        done = subprocess.run(
            command,
            input=given,
            capture_output=True,
            timeout=PATIENCE_S,
            env=os.environ | ONE_THREAD,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UsageError(
            f"tesseract did not end within {PATIENCE_S:g} s; make the picture smaller"
        ) from None
    except OSError as refusal:
        raise UsageError(f"cannot run {command[0]}: {refusal.strerror}") from None
    if done.returncode:
        said = clean(done.stderr.decode(errors="replace"))
        raise UsageError(f"tesseract failed ({done.returncode}): {said:.200}")
    return done.stdout.decode(errors="replace")
