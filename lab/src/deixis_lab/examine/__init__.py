"""Asking models about scenes of Things: cards, experiments carried out, studies, reports."""
