"""Benchmarks, scorers, judges and reports measure how well a model follows what is pointed at."""
