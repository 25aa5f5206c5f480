"""Scorers: pure functions from an answer and the truth to numbers. One file each."""
