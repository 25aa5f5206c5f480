"""Benchmarks on the Scenes, twins of published ones."""
