"""A package for its tests alone: `lab.tests` is another than `tests`."""
