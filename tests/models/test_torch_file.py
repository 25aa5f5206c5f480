"""Files of torch.save, read without running them: the same numbers, and no harm."""

import argparse
import io
import os
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deixis.core.errors import DeixisError, ModelError, UsageError
from deixis.models.torch_file import read_torch_file

NUMBERS = torch.arange(42, dtype=torch.float32).reshape(6, 7)
TENSORS = {
    "plain": NUMBERS,
    "turned": NUMBERS.t(),
    "cut": NUMBERS[2:4, 1:3],
    "repeated": NUMBERS.expand(2, 6, 7),
    "one": torch.tensor(3),
    "none": torch.zeros(0, 4),
    "double": NUMBERS.double(),
    "half": NUMBERS.half(),
    "brain": NUMBERS.bfloat16(),
    "long": NUMBERS.long(),
    "short": NUMBERS.short(),
    "bytes": NUMBERS.byte(),
    "signed": NUMBERS.char(),
    "int": NUMBERS.int(),
    "bool": NUMBERS > 3,
    "weight": torch.nn.Parameter(NUMBERS),
}


def read_back(path: Path) -> dict[str, bytes]:
    opened = read_torch_file(path)
    return {name: b"".join(opened.chunks(one)) for name, one in opened.tensors().items()}


def bytes_of(tensor: torch.Tensor) -> bytes:
    return tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_tensors_of_every_kind_have_the_bytes_that_torch_saved(tmp_path, protocol):
    torch.save(TENSORS, tmp_path / "x.pth", pickle_protocol=protocol)
    opened = read_torch_file(tmp_path / "x.pth").tensors()
    assert read_back(tmp_path / "x.pth") == {n: bytes_of(t) for n, t in TENSORS.items()}
    assert {n: one.shape for n, one in opened.items()} == {n: t.shape for n, t in TENSORS.items()}


def test_names_within_others_have_dots_between(tmp_path):
    held = OrderedDict(a=NUMBERS)
    held._metadata = {"": {"version": 1}}  # as state_dict has it
    torch.save({"state": held, "list": [NUMBERS, 3], "epoch": 7, "lr": 0.1}, tmp_path / "x.pth")
    assert set(read_back(tmp_path / "x.pth")) == {"state.a", "list.0"}


def test_a_modules_state_is_read(tmp_path):
    module = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    torch.save(module.state_dict(), tmp_path / "x.pth")
    assert read_back(tmp_path / "x.pth") == {n: bytes_of(t) for n, t in module.state_dict().items()}


class Bomb:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.path),)


def test_what_would_run_code_is_refused_by_its_name_and_does_not_run(tmp_path):
    torch.save({"a": NUMBERS, "b": Bomb(tmp_path / "ran")}, tmp_path / "x.pth")
    with pytest.raises(ModelError, match=r"it calls \w+\.mkdir, and only tensors are made"):
        read_torch_file(tmp_path / "x.pth")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("held", "named"),
    [
        (np.float64(3), r"numpy\.dtype"),
        (argparse.Namespace(a=1), r"argparse\.Namespace"),
        (torch.nn.Linear(2, 2), r"torch\.nn\.modules\.linear\.Linear"),
    ],
)
def test_other_objects_are_refused(tmp_path, held, named):
    torch.save({"a": held}, tmp_path / "x.pth")
    with pytest.raises(ModelError, match=named):
        read_torch_file(tmp_path / "x.pth").tensors()


def test_files_of_an_older_torch_are_refused_with_what_to_do(tmp_path):
    torch.save({"a": NUMBERS}, tmp_path / "x.pth", _use_new_zipfile_serialization=False)
    with pytest.raises(ModelError, match=r"before 1\.6.*weights_only=True"):
        read_torch_file(tmp_path / "x.pth")


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04" + b"\0" * 99, b"\x80\x02}."])
def test_what_is_no_archive_is_refused(tmp_path, content):
    (tmp_path / "x.pth").write_bytes(content)
    with pytest.raises(ModelError, match=r"torch\.save"):
        read_torch_file(tmp_path / "x.pth")
    with pytest.raises(UsageError, match="there is no file"):
        read_torch_file(tmp_path / "y.pth")


def archive(path: Path, pickled: bytes, *, packed: bool = False, **entries: bytes) -> Path:
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", kind) as file:
        file.writestr("x/data.pkl", pickled)
        for name, content in entries.items():
            file.writestr(f"x/{name}", content)
    return path


class _Storage:
    """What a tensor lies in: pickled as torch pickles it."""

    def __init__(self, key: object = "0", count: object = 4, kind: str = "FloatStorage") -> None:
        self.told = ("storage", getattr(torch, kind, kind), key, "cpu", count)


def tensor_pickle(offset: object, shape: object, strides: object, **storage: object) -> bytes:
    class Tensor:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            given = (_Storage(**storage), offset, shape, strides, False, OrderedDict())
            return torch._utils._rebuild_tensor_v2, given

    class Pickler(pickle.Pickler):
        def persistent_id(self, value: object) -> object:
            return value.told if isinstance(value, _Storage) else None

    file = io.BytesIO()
    Pickler(file, 2).dump({"a": Tensor()})
    return file.getvalue()


@pytest.mark.parametrize(
    ("pickled", "reason"),
    [
        (tensor_pickle(1, (4,), (1,)), "leads out of its storage"),
        (tensor_pickle(0, (2, 2), (3, 1)), "leads out of its storage"),
        (tensor_pickle(0, (2**40, 2**40), (0, 0)), "from a file of"),
        (tensor_pickle(0, (4000,), (0,)), "from a file of"),
        (tensor_pickle(-1, (2,), (1,)), "lies within a storage"),
        (tensor_pickle(0, (2,), (-1,)), "of whole numbers"),
        (tensor_pickle(0, (2, 2), (1,)), "each axis has a stride"),
        (tensor_pickle(0, (1,) * 99, (1,) * 99), "at most 16 axes"),
        (tensor_pickle(0, (True,), (1,)), "of whole numbers"),
        (tensor_pickle(0, [2], (1,)), "of whole numbers"),
        (tensor_pickle(0, (4,), (1,), count=5), "does not hold all numbers"),
        (tensor_pickle(0, (4,), (1,), key="../0"), "does not hold all numbers"),
        (tensor_pickle(0, (4,), (1,), key=7), "has a key and a count"),
        (tensor_pickle(0, (4,), (1,), kind="QInt8Storage"), "numbers are"),
        (b"\x80\x02" + b"}K\x00" * 20 + b"N" + b"s" * 20 + b".", "one within another"),
        (b"\x80\x02]q\x00h\x00a.", "too many values"),
        (b"\x80\x02" + b"]q\x00(" + b"h\x00" * 50 + b"e.", "too many values"),
        (b"\x80\x02K\x00Q.", "is a storage"),
        (b"\x80\x02K\x00K\x00R.", "only a named function"),
        (b"\x80\x02\x87.", "it takes more than there is"),
        (b"\x80\x02cos\nsystem\nX\x01\0\0\0a\x85R.", r"it calls os\.system"),
        (b"\x80\x02\x8c\x02os\x8c\x06system\x93X\x01\0\0\0a\x85R.", r"it calls os\.system"),
        (b"\x80\x02ccollections\nOrderedDict\n]\x85R.", r"it calls collections\.OrderedDict"),
        (b"\x80\x02}r\xff\xff\xff\x7fK\x01Q.", "is a storage"),
    ],
)
def test_hostile_pickles_are_refused(tmp_path, pickled, reason):
    path = archive(tmp_path / "x.pth", pickled, **{"data/0": b"\0" * 16})
    with pytest.raises(ModelError, match=reason):
        read_torch_file(path).tensors()


def test_packed_entries_are_refused_before_they_are_unpacked(tmp_path):
    pickled = tensor_pickle(0, (4,), (1,))
    path = archive(tmp_path / "x.pth", pickled, packed=True, **{"data/0": b"\0" * 2**20})
    with pytest.raises(ModelError, match="packed entries"):
        read_torch_file(path)


def test_the_other_byte_order_and_two_pickles_are_refused(tmp_path):
    pickled = tensor_pickle(0, (4,), (1,))
    with pytest.raises(ModelError, match="other byte order"):
        read_torch_file(archive(tmp_path / "x.pth", pickled, byteorder=b"big"))
    with pytest.raises(ModelError, match=r"2 data\.pkl"):
        read_torch_file(archive(tmp_path / "y.pth", pickled, **{"z/data.pkl": pickled}))


SAVED = io.BytesIO()
torch.save({"a": NUMBERS, "b": {"c": NUMBERS.t().half()}}, SAVED)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6), st.integers(0))
def test_any_change_of_a_file_gives_tensors_or_an_error(tmp_path, changes, cut):
    content = bytearray(SAVED.getvalue())
    for place, value in changes:
        content[place % len(content)] = value
    (tmp_path / "x.pth").write_bytes(content[: len(content) - cut % 64])
    try:
        read = read_back(tmp_path / "x.pth")
    except DeixisError:
        return
    assert all(isinstance(one, bytes) for one in read.values())
