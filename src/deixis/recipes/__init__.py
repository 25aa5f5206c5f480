"""Runs that can be repeated by name: one file is one recipe."""
