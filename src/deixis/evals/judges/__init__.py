"""Judges: who grades an answer that no rule of a benchmark can score."""

from deixis.evals.judges._judge import Grade, Judge, Judged

__all__ = ["Grade", "Judge", "Judged"]
