"""Scorers are pure functions from an answer and the truth to numbers, one file each."""
