"""Asking models about the Scenes: cards, experiments carried out, studies, reports."""
