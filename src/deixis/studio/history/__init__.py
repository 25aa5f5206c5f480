"""Every question of the studio, with its answers, is kept on the disk: searched, asked again."""

from deixis.studio.history.entries import HistoryEntry, HistoryLine, KeptCell
from deixis.studio.history.store import QuestionHistory

__all__ = ["HistoryEntry", "HistoryLine", "KeptCell", "QuestionHistory"]
