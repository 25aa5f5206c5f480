"""Tensors in files of `torch.save`, read without torch and without running what the files hold.

Such a file is a zip archive of a pickle, `data.pkl`, and one entry of raw bytes a storage. The
pickle is read by the machine of `core/pickles.py` with the steps that tensors need; of all the
functions that it may call for, four are known, and none of them is called: each makes a
description. Whatever else it names is refused by its name. The bytes are taken out of the archive
where they lie.
"""

import math
import struct
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, final

import numpy as np

from deixis.core.errors import ModelError, UsageError
from deixis.core.pickles import KNOWN, Machine, RefusedPickleError, Step, run_pickle

MOST_PICKLE = 2**24  # bytes; 100,000 tensors take about as many
MOST_ENTRIES, MOST_DIRECTORY = 200_000, 2**26
MOST_AXES, MOST_VALUES, MOST_DEPTH = 16, 500_000, 8
MOST_TIMES = 4  # the file's size: what its tensors may be together, as they can share their bytes
CHUNK = 2**24
MOST_TAIL = 2**16 + 256  # bytes in which an archive's end and the records before it lie
DIRECTORY_END, LOCAL = b"PK\x05\x06", b"PK\x03\x04"
LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
# each kind of storage, and the names of its numbers in torch and in safetensors, with their bytes
KINDS = {
    "DoubleStorage": ("F64", 8),
    "FloatStorage": ("F32", 4),
    "HalfStorage": ("F16", 2),
    "BFloat16Storage": ("BF16", 2),
    "LongStorage": ("I64", 8),
    "IntStorage": ("I32", 4),
    "ShortStorage": ("I16", 2),
    "CharStorage": ("I8", 1),
    "ByteStorage": ("U8", 1),
    "BoolStorage": ("BOOL", 1),
}
Nested: TypeAlias = Any  # dicts and lists of tensors, texts and numbers


@final
@dataclass(frozen=True, slots=True)
class _Global:
    """A class or function that the pickle names."""

    module: str
    name: str


@final
@dataclass(frozen=True, slots=True)
class _Storage:
    """Raw numbers of one kind, as the pickle tells of them."""

    kind: str
    key: str
    count: int


@final
@dataclass(frozen=True, slots=True)
class StoredTensor:
    """A tensor within a storage; `offset` and `strides` count numbers, not bytes."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def dtype(self) -> str:
        """As safetensors names it."""
        return KINDS[self.storage.kind][0]

    @property
    def item(self) -> int:
        """Bytes of one number."""
        return KINDS[self.storage.kind][1]

    @property
    def num_bytes(self) -> int:
        """Of all its numbers."""
        return math.prod(self.shape) * self.item

    @property
    def is_contiguous(self) -> bool:
        """Whether its numbers lie one after the other."""
        step = 1
        for length, stride in zip(reversed(self.shape), reversed(self.strides), strict=True):
            if length != 1 and stride != step:
                return False
            step *= length
        return True


@final
@dataclass(frozen=True, kw_only=True)
class TorchFile:
    """An opened file: what its pickle tells, and where each storage's bytes lie."""

    path: Path
    value: Nested
    spans: Mapping[str, tuple[int, int]]  # from a storage's key to its first byte and its length

    def tensors(self) -> dict[str, StoredTensor]:
        """All tensors by their names; those of nested dicts and lists have dots between."""
        found: dict[str, StoredTensor] = {}
        left, seen = [("", self.value, 0)], 0
        while left:
            name, value, depth = left.pop()
            seen += 1
            if seen > MOST_VALUES or depth > MOST_DEPTH:
                raise ModelError(f"{self.path.name} holds too many values, one within another")
            if isinstance(value, StoredTensor):
                found[name] = value
            elif isinstance(value, dict | list):
                pairs = value.items() if isinstance(value, dict) else enumerate(value)
                inner = [(f"{name}.{key}" if name else str(key), one) for key, one in pairs]
                left += [(key, one, depth + 1) for key, one in reversed(inner)]
        self._check(found)
        return found

    def chunks(self, tensor: StoredTensor) -> Iterator[bytes]:
        """Its bytes in the order of its axes, in pieces; of one that is not contiguous all at
        once.
        """
        start, _ = self.spans[tensor.storage.key]
        begin, left = start + tensor.offset * tensor.item, tensor.num_bytes
        if not left:
            return
        if not tensor.is_contiguous:
            yield self._gathered(tensor, start)
            return
        with self.path.open("rb") as file:
            file.seek(begin)
            while left:
                piece = file.read(min(CHUNK, left))
                if not piece:
                    raise ModelError(f"{self.path.name} ended while it was read")
                left -= len(piece)
                yield piece

    def _gathered(self, tensor: StoredTensor, start: int) -> bytes:
        numbers = np.memmap(
            self.path, f"<u{tensor.item}", "r", start, shape=(tensor.storage.count,)
        )
        strides = [stride * tensor.item for stride in tensor.strides]
        seen = np.lib.stride_tricks.as_strided(
            numbers[tensor.offset :], tensor.shape, strides, writeable=False
        )
        return seen.tobytes()

    def _check(self, tensors: Mapping[str, StoredTensor]) -> None:
        for name, tensor in tensors.items():
            where = self.spans.get(tensor.storage.key)
            if where is None or tensor.storage.count * tensor.item > where[1]:
                raise ModelError(f"{self.path.name} does not hold all numbers of {name!r:.80}")
            last = tensor.offset + sum(
                (length - 1) * stride
                for length, stride in zip(tensor.shape, tensor.strides, strict=True)
            )
            if tensor.num_bytes and last >= tensor.storage.count:
                raise ModelError(f"{name!r:.80} in {self.path.name} leads out of its storage")
        total, size = sum(one.num_bytes for one in tensors.values()), self.path.stat().st_size
        if total > MOST_TIMES * size:
            raise ModelError(
                f"the tensors of {self.path.name} would be {total} bytes, from a file of {size}"
            )


def read_torch_file(path: Path) -> TorchFile:
    """What a file of `torch.save` tells; ModelError where it is none that can be read safely."""
    try:
        _check_kind(path)
        with zipfile.ZipFile(path) as archive:
            return _read(path, archive)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror or error}") from None
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error) as broken:
        raise ModelError(f"{path} is no whole file of torch.save ({broken})") from None


def _check_kind(path: Path) -> None:
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(512)
        file.seek(max(0, size - MOST_TAIL))
        tail = file.read()
    if head.startswith(LEGACY) or head[257:262] == b"ustar":
        raise ModelError(
            f"{path} was written by a torch before 1.6, or in its way; where you trust it, write "
            "it again: torch.save(torch.load(FILE, weights_only=True), FILE)"
        )
    end = tail.rfind(DIRECTORY_END)
    if not head.startswith(LOCAL) or end < 0:
        raise ModelError(f"{path} is no file of torch.save: it is no zip archive")
    # a longer directory stands in a record before the end's; its entries are not made up
    _, count, length = struct.unpack("<HHI", tail[end + 8 : end + 16])
    wide = tail.rfind(b"PK\x06\x06", 0, end)
    if wide >= 0 and len(tail) >= wide + 48:
        count, length = struct.unpack("<QQ", tail[wide + 32 : wide + 48])
    if count > MOST_ENTRIES or length > MOST_DIRECTORY:
        raise ModelError(f"{path} has {count} entries, more than weights have")


def _read(path: Path, archive: zipfile.ZipFile) -> TorchFile:
    entries = {entry.filename: entry for entry in archive.infolist()}
    pickles = [name for name in entries if name == "data.pkl" or name.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise ModelError(f"{path} is no file of torch.save: it has {len(pickles)} data.pkl")
    root = pickles[0].removesuffix("data.pkl")
    for entry in entries.values():
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
            raise ModelError(f"{path} has packed entries, which torch.save never writes")
    if entries[pickles[0]].file_size > MOST_PICKLE:
        raise ModelError(f"the pickle of {path} is larger than {MOST_PICKLE} bytes")
    order = f"{root}byteorder"
    if order in entries and entries[order].file_size < 16 and archive.read(order) != b"little":
        raise ModelError(f"{path} was written on a machine of the other byte order")
    try:
        told = run_pickle(Machine(archive.read(pickles[0]), STEPS), f"{path.name}: its pickle")
    except UsageError as refusal:
        raise ModelError(str(refusal)) from None
    prefix, size = f"{root}data/", path.stat().st_size
    with path.open("rb") as file:
        spans = {
            name.removeprefix(prefix): _span(file, entry, size)
            for name, entry in entries.items()
            if name.startswith(prefix)
        }
    return TorchFile(path=path, value=told, spans=spans)


def _span(file: Any, entry: zipfile.ZipInfo, size: int) -> tuple[int, int]:  # Any: an open file
    """Where an entry's bytes lie in the archive."""
    file.seek(entry.header_offset)
    head = file.read(30)
    if len(head) < 30 or head[:4] != LOCAL:
        raise ModelError(f"the entry {entry.filename[:80]!r} is not where the archive says")
    name, extra = struct.unpack("<HH", head[26:30])
    start = entry.header_offset + 30 + name + extra
    if start + entry.file_size > size:
        raise ModelError(f"the entry {entry.filename[:80]!r} ends behind the file")
    return start, entry.file_size


def _name(machine: Machine) -> None:
    machine.push(_Global(machine.line().decode("ascii"), machine.line().decode("ascii")))


def _stacked_name(machine: Machine) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise RefusedPickleError("a class is named by texts")
    machine.push(_Global(module, name))


def _tuple_of(count: int) -> Step:
    def step(machine: Machine) -> None:
        if len(machine.stack) < count:
            raise RefusedPickleError("it takes more than there is")
        taken = tuple(machine.stack[len(machine.stack) - count :])
        del machine.stack[len(machine.stack) - count :]
        machine.push(taken)

    return step


def _persistent(machine: Machine) -> None:
    """A storage: ("storage", its class, its key, its device, its count)."""
    told = machine.stack.pop()
    if not isinstance(told, tuple) or len(told) != 5 or told[0] != "storage":
        raise RefusedPickleError("what lies outside of it is a storage")
    _, kind, key, _, count = told
    if not isinstance(kind, _Global) or kind.module != "torch" or kind.name not in KINDS:
        raise RefusedPickleError(f"numbers are {', '.join(KINDS)}, found {_told(kind)}")
    if not isinstance(key, str) or not _is_count(count):
        raise RefusedPickleError("a storage has a key and a count")
    machine.push(_Storage(kind.name, key, count))


def _call(machine: Machine) -> None:
    given, called = machine.stack.pop(), machine.stack.pop()
    if not isinstance(called, _Global) or not isinstance(given, tuple):
        raise RefusedPickleError("only a named function is called")
    maker = (called.module, called.name)
    if maker == ("collections", "OrderedDict") and not given:
        machine.push({})
    elif maker == ("torch._utils", "_rebuild_tensor_v2") and len(given) in (6, 7):
        machine.push(_tensor(*given[:4]))
    elif maker == ("torch._utils", "_rebuild_tensor") and len(given) == 4:
        machine.push(_tensor(*given))
    elif maker == ("torch._utils", "_rebuild_parameter") and len(given) == 3:
        if not isinstance(given[0], StoredTensor):
            raise RefusedPickleError("a parameter is a tensor")
        machine.push(given[0])
    else:
        raise RefusedPickleError(
            f"it calls {_told(called)}, and only tensors are made; nothing of it was run"
        )


def _make(machine: Machine) -> None:
    made = machine.stack[-2] if len(machine.stack) > 1 else None
    raise RefusedPickleError(f"it makes a {_told(made)}, and only tensors are made")


def _tensor(storage: object, offset: object, shape: object, strides: object) -> StoredTensor:
    if not isinstance(storage, _Storage) or not _is_count(offset):
        raise RefusedPickleError("a tensor lies within a storage")
    for axes in (shape, strides):
        if not isinstance(axes, tuple) or len(axes) > MOST_AXES or not all(map(_is_count, axes)):
            raise RefusedPickleError(f"a tensor has at most {MOST_AXES} axes, of whole numbers")
    assert isinstance(offset, int)
    assert isinstance(shape, tuple)
    assert isinstance(strides, tuple)
    if len(shape) != len(strides):
        raise RefusedPickleError("each axis has a stride")
    return StoredTensor(storage, offset, shape, strides)


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**48


def _told(value: object) -> str:
    if isinstance(value, _Global):
        return f"{value.module}.{value.name}"[:120]
    return type(value).__name__


def _state(machine: Machine) -> None:
    """An ordered dict's attributes (versions of modules), which nobody reads."""
    machine.stack.pop()
    machine.top(dict)


STEPS: Mapping[bytes, Step] = {
    **KNOWN,
    b"c": _name,
    b"\x93": _stacked_name,
    b"Q": _persistent,
    b"R": _call,
    b"\x81": _make,
    b"b": _state,
    b")": _tuple_of(0),
    b"\x85": _tuple_of(1),
    b"\x86": _tuple_of(2),
    b"\x87": _tuple_of(3),
    b"t": lambda machine: machine.push(tuple(machine.above_mark())),
}
