"""Hateful Memes: yes or no over a picture with text (Kiela et al., 2020)."""

from dataclasses import dataclass
from typing import ClassVar, final

from deixis.evals.benchmarks._benchmark import About
from deixis.evals.benchmarks._tasks import YesNoBenchmark, about_of


@final
@dataclass(frozen=True, kw_only=True)
class HatefulMemes(YesNoBenchmark):
    """As `deixis.data.tasks.hateful_memes` reads it."""

    name: ClassVar = "hateful_memes"
    about: ClassVar[About] = about_of("hateful_memes")
