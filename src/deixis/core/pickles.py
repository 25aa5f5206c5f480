"""Pickles of plain values, without running anything that they hold.

A pickle is a program. This reads only what makes lists, dicts, texts, numbers, booleans and None;
a class, a function, or any other step is refused, as are tuples, which nobody needs here and which
can be made to take for ever. Nothing is allocated beyond what the file is long; that is why it is
not `pickle.Unpickler` with a `find_class` of ours, which makes a memo as long as a number in the
file says. `models/torch_file.py` adds the few steps that tensors need.
"""

import io
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias, final

from deixis.core.errors import UsageError

MOST = 2**28  # bytes of a file
NOTHING = object()
Step: TypeAlias = Callable[["Machine"], None]


class RefusedPickleError(Exception):
    """A pickle is not read, for this reason: steps raise it, and others see a UsageError."""


def read_plain_pickle(path: Path) -> Any:  # Any: lists, dicts, texts, numbers, None
    """A pickle's file gives its value; UsageError says why it is refused."""
    try:
        if path.stat().st_size > MOST:
            raise UsageError(f"{path} is refused: it is larger than {MOST} bytes")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None
    return plain_pickle(data, str(path))


def plain_pickle(data: bytes, name: str) -> Any:  # Any: lists, dicts, texts, numbers, None
    """A pickle's bytes give its value; UsageError, which says `name`, tells why they do not."""
    return run_pickle(Machine(data, KNOWN), name)


def run_pickle(machine: "Machine", name: str) -> Any:  # Any: whatever its steps make
    """A machine makes this value; UsageError says why it is refused."""
    try:
        return machine.run()
    except RefusedPickleError as refusal:
        reason = str(refusal)
    except (ValueError, LookupError, TypeError, OverflowError, struct.error) as broken:
        reason = f"it is broken ({broken})"
    raise UsageError(f"{name} is refused at byte {machine.file.tell()}: {reason}")


@final
class Machine:
    """A pickle's steps work on this; `known` are all that it takes."""

    def __init__(self, data: bytes, known: Mapping[bytes, Step]) -> None:
        self.known = known
        self.file = io.BytesIO(data)
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}
        self.is_done = False

    def run(self) -> Any:  # Any: whatever its steps make
        """It takes step after step; what is on top at the end is the value."""
        read, known = self.file.read, self.known
        while not self.is_done:
            code = read(1)
            if not code:
                raise RefusedPickleError("it ends before its value does")
            step = known.get(code)
            if step is None:
                raise RefusedPickleError(
                    f"the step {code!r} makes more than plain values; open it where it was made"
                )
            step(self)
        return self.stack[-1]

    def take(self, count: int) -> bytes:
        """The next bytes are read, all of them."""
        taken = self.file.read(max(count, 0))
        if len(taken) != count:
            raise RefusedPickleError("it ends within a value")
        return taken

    def line(self) -> bytes:
        """The bytes up to a line's end are read."""
        taken = self.file.readline()
        if taken[-1:] != b"\n":
            raise RefusedPickleError("it ends within a line")
        return taken[:-1]

    def size(self, form: str) -> int:
        """A number of that form is read."""
        return int(struct.unpack(form, self.take(struct.calcsize(form)))[0])

    def above_mark(self) -> list[Any]:
        """What was pushed since the last mark is taken off."""
        start = self.marks.pop()
        taken = self.stack[start:]
        del self.stack[start:]
        return taken

    def push(self, value: Any) -> None:
        """A value is put on top."""
        self.stack.append(value)

    def top(self, kind: type) -> Any:
        """What is on top has to be of that kind."""
        value = self.stack[-1]
        if not isinstance(value, kind):
            raise RefusedPickleError(f"a {kind.__name__} is expected, found {type(value).__name__}")
        return value


def _text_line(machine: Machine) -> None:
    """Python 2 writes text in quotes and with backslashes."""
    line = machine.line().strip()
    if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in b"\"'":
        raise RefusedPickleError("a text is in quotes")
    machine.push(line[1:-1].decode("unicode_escape" if b"\\" in line else "latin-1"))


def _whole_line(machine: Machine) -> None:
    line = machine.line()
    machine.push({b"00": False, b"01": True}.get(line, NOTHING))
    if machine.stack[-1] is NOTHING:
        machine.stack[-1] = int(line)


def _long(machine: Machine, count: int) -> None:
    machine.push(int.from_bytes(machine.take(count), "little", signed=True))


def _extend(machine: Machine) -> None:
    values = machine.above_mark()
    machine.top(list).extend(values)


def _append(machine: Machine) -> None:
    value = machine.stack.pop()
    machine.top(list).append(value)


def _set(machine: Machine, pairs: list[Any]) -> None:
    target = machine.top(dict)
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        if not isinstance(key, str | int):
            raise RefusedPickleError("a key is text or a number")
        target[key] = value


def _set_one(machine: Machine) -> None:
    pair = machine.stack[-2:]
    del machine.stack[-2:]
    _set(machine, pair)


def _dict_above(machine: Machine) -> None:
    pairs = machine.above_mark()
    machine.push({})
    _set(machine, pairs)


def _keep(machine: Machine, place: int) -> None:
    machine.memo[place] = machine.stack[-1]


def _done(machine: Machine) -> None:
    machine.is_done = True


def _protocol(machine: Machine) -> None:
    if machine.take(1)[0] > 5:
        raise RefusedPickleError("its protocol is newer than 5")


def _frame(machine: Machine) -> None:
    machine.take(8)  # its length, which nothing here depends on


KNOWN: dict[bytes, Step] = {
    b"\x80": _protocol,
    b"\x95": _frame,
    b".": _done,
    b"(": lambda m: m.marks.append(len(m.stack)),
    b"]": lambda m: m.push([]),
    b"}": lambda m: m.push({}),
    b"l": lambda m: m.push(m.above_mark()),
    b"d": _dict_above,
    b"a": _append,
    b"e": _extend,
    b"s": _set_one,
    b"u": lambda m: _set(m, m.above_mark()),
    b"N": lambda m: m.push(None),
    b"\x88": lambda m: m.push(True),
    b"\x89": lambda m: m.push(False),
    b"I": _whole_line,
    b"L": lambda m: m.push(int(m.line().removesuffix(b"L"))),
    b"J": lambda m: m.push(m.size("<i")),
    b"K": lambda m: m.push(m.take(1)[0]),
    b"M": lambda m: m.push(m.size("<H")),
    b"\x8a": lambda m: _long(m, m.take(1)[0]),
    b"F": lambda m: m.push(float(m.line())),
    b"G": lambda m: m.push(struct.unpack(">d", m.take(8))[0]),
    b"S": _text_line,
    b"V": lambda m: m.push(m.line().decode("raw_unicode_escape")),
    b"T": lambda m: m.push(m.take(m.size("<i")).decode("latin-1")),
    b"U": lambda m: m.push(m.take(m.take(1)[0]).decode("latin-1")),
    b"X": lambda m: m.push(m.take(m.size("<I")).decode("utf-8", "surrogatepass")),
    b"\x8c": lambda m: m.push(m.take(m.take(1)[0]).decode("utf-8", "surrogatepass")),
    b"\x8d": lambda m: m.push(m.take(m.size("<Q")).decode("utf-8", "surrogatepass")),
    b"p": lambda m: _keep(m, int(m.line())),
    b"q": lambda m: _keep(m, m.take(1)[0]),
    b"r": lambda m: _keep(m, m.size("<I")),
    b"\x94": lambda m: _keep(m, len(m.memo)),
    b"g": lambda m: m.push(m.memo[int(m.line())]),
    b"h": lambda m: m.push(m.memo[m.take(1)[0]]),
    b"j": lambda m: m.push(m.memo[m.size("<I")]),
}
