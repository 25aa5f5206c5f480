"""Readers of files that nobody has checked before: strict, row by row, in bounded memory."""
