"""Benchmarks, scorers, judges and reports: how well a model follows what is pointed at."""
