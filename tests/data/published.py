"""Small faithful copies of every data set, as it is published: fixtures/NAME, listed in rows.json.

A new format brings its own folder there, and a line in rows.json: where it opens, how many rows.
"""

import json
from pathlib import Path

from deixis.data import datasets

FIXTURES = Path(__file__).with_name("fixtures")
LISTED = json.loads((FIXTURES / "rows.json").read_text())


def path_of(name, root=FIXTURES):
    """Where a data set opens."""
    return root / name / LISTED[name]["path"]


def opened(name, root=FIXTURES, **how):
    """The small copy of a data set."""
    return datasets.get(name).open(path_of(name, root), **how)


def samples(name, root=FIXTURES, **how):
    """All its samples."""
    dataset = opened(name, root, **how)
    return [dataset.sample(index) for index in range(len(dataset))]
