"""Benchmarks on scenes of Things, twins of published ones."""
