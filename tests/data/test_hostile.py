"""Files that are broken on purpose: every reader says what is wrong, and nothing else happens."""

import shutil

import numpy as np
import pytest

from deixis.core.errors import DeixisError
from deixis.data import datasets
from tests.data.published import FIXTURES, LISTED, opened

READ = {".json", ".jsonl", ".p", ".xml", ".txt"}
TOKENS = (
    b"null", b"[]", b"{}", b"-1", b"1e999", b"NaN", b'"x"', b"true", b"9" * 40, b'"../../x"',
    b'"/etc/passwd"', b'"a\\u0000b"', b"\xff\xfe", b"[[[[", b"<!DOCTYPE x>", b'"{cup}"', b"0",
)  # fmt: skip
TIMES = 24


def broken(data, draws):
    """The same bytes with something cut, doubled, or put in another's place."""
    at, end = sorted(int(place) for place in draws.integers(0, len(data) + 1, 2))
    end = min(end, at + int(draws.integers(1, 40)))
    token = TOKENS[int(draws.integers(len(TOKENS)))]
    match int(draws.integers(4)):
        case 0:
            return data[:at]
        case 1:
            return data[:at] + data[end:]
        case 2:
            return data[:at] + token + data[at:]
    values = [place for place in range(len(data)) if data[place : place + 1] in b":[, >"]
    at = values[int(draws.integers(len(values)))] + 1 if values else 0
    end = at
    while end < len(data) and data[end : end + 1] not in b",]}<\n":
        end += 1
    return data[:at] + token + data[end:]


def read_all(name, root, split=None):
    """How many rows could be read; only errors of our own may come."""
    try:
        dataset = opened(name, root, split=split)
    except DeixisError:
        return 0
    read = [row_of(dataset, index) for index in range(min(len(dataset), 50))]
    for sample, problem in read:
        assert problem is None or str(root) in problem
        assert sample is None or all(root in path.resolve().parents for path in sample.pictures)
    return sum(problem is None for _, problem in read)


def row_of(dataset, index):
    """The sample and no problem, or a problem and no sample."""
    try:
        return dataset.sample(index, np.random.default_rng(index)), None
    except DeixisError as problem:
        return None, str(problem)


@pytest.mark.parametrize("name", datasets.names())
def test_broken_files_get_an_error_and_never_more(name, tmp_path):
    draws = np.random.default_rng(sum(name.encode()))
    copy = shutil.copytree(FIXTURES / name, tmp_path / name)
    files = sorted(path for path in copy.rglob("*") if path.suffix in READ)
    lost = 0
    for _ in range(TIMES):
        file = files[int(draws.integers(len(files)))]
        whole = file.read_bytes()
        if not whole:
            continue
        file.write_bytes(broken(whole, draws))
        lost += read_all(name, tmp_path) < LISTED[name]["rows"]
        for split in LISTED[name].get("splits", ()):
            read_all(name, tmp_path, split)
        file.write_bytes(whole)
    assert lost  # it did break something
    assert read_all(name, tmp_path) == LISTED[name]["rows"]
