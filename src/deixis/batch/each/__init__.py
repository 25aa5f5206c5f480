"""Every region of a folder of pictures is asked about, and each answer is a row."""

from deixis.batch.each.ask_each import ask_each
from deixis.batch.each.outputs import AskedEach, RowPreview
from deixis.batch.each.spending import CallBudget, TokenPrice

__all__ = ["AskedEach", "CallBudget", "RowPreview", "TokenPrice", "ask_each"]
