"""The journal of a server's answers: none that was had is asked, and paid, for twice."""

from pathlib import Path
from typing import final

from deixis.core.answer_store import JOURNAL, Answers, KeptAnswer
from deixis.models.interface import Completion


@final
class Journal:
    """The store of a server's answers, by the fingerprints of their requests.

    One run at a time uses it; its threads share it. A line is on the disk before its answer is
    given on.
    """

    def __init__(self, path: Path) -> None:
        self._answers = Answers(path, form=JOURNAL, exclusive=True)

    def get(self, fingerprint: str) -> Completion | None:
        """The answer to a request, if it was had."""
        had = self._answers.get(fingerprint)
        return None if had is None else Completion(text=had.text, finish=had.finish)

    def add(self, fingerprint: str, completion: Completion) -> None:
        """An answer is kept; it is on the disk when this returns."""
        kept = KeptAnswer(text=completion.text, finish=completion.finish)
        self._answers.add({fingerprint: kept})

    def close(self) -> None:
        """The file is closed; another run may then use it."""
        self._answers.close()
