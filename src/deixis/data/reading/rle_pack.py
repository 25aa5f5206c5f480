"""Label Studio's brushes are packed runs of bytes (rle-pack of thi.ng), read and written here.

A stream of bits: 32 of the number of values, 5 of the bits a value has less one, four times 4 of
the bits that a count has less one; then blocks: a bit whether it is one value repeated, 2 which
kind of count, the count less one, and the value or the values.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import UInt8

from deixis.data.reading.fields import BadRowError

COUNT_BITS = (3, 4, 8, 16)
CHANNELS = 4  # of a pixel; the last one says how much of it is painted


def unpacked(packed: Sequence[int], num: int) -> UInt8[np.ndarray, " value"]:
    """The bytes of a brush are `num` values; BadRowError where they are not."""
    try:
        data = bytes(packed)
    except (TypeError, ValueError):
        raise BadRowError("a brush's rle is a list of bytes") from None
    bits = _PackedBits(data)
    told, width = bits.take(32), bits.take(5) + 1
    if told != num or width != 8:
        raise BadRowError(f"a brush's rle holds {told} values of {width} bits, expected {num} of 8")
    kinds = [bits.take(4) + 1 for _ in range(4)]
    values = np.zeros(num, np.uint8)
    at = 0
    while at < num:
        is_run = bits.take(1)
        count = min(bits.take(kinds[bits.take(2)]) + 1, num - at)
        if is_run:
            values[at : at + count] = bits.take(8)
        else:
            values[at : at + count] = [bits.take(8) for _ in range(count)]
        at += count
    return values


def packed(values: UInt8[np.ndarray, " value"]) -> list[int]:
    """Values become the bytes of a brush."""
    words = [f"{values.size:032b}", f"{8 - 1:05b}", *(f"{bits - 1:04b}" for bits in COUNT_BITS)]
    words += _runs(values)
    stream = "".join(words)
    stream += "0" * (-len(stream) % 8)
    return [int(stream[at : at + 8], 2) for at in range(0, len(stream), 8)]


def _runs(values: UInt8[np.ndarray, " value"]) -> Iterator[str]:
    edges = np.flatnonzero(np.diff(values.astype(np.int16))) + 1
    bounds = np.concatenate(([0], edges, [values.size])).tolist()
    for begin, end in pairwise(bounds):
        for at in range(begin, end, 2 ** COUNT_BITS[-1]):
            count = min(2 ** COUNT_BITS[-1], end - at)
            kind = next(k for k, bits in enumerate(COUNT_BITS) if count <= 2**bits)
            yield f"1{kind:02b}{count - 1:0{COUNT_BITS[kind]}b}{int(values[at]):08b}"


class _PackedBits:
    """Bits are taken from bytes, the highest of each first."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._end = data, 0, len(data) * 8

    def take(self, count: int) -> int:
        begin, end = self._at, self._at + count
        if end > self._end:
            raise BadRowError("a brush's rle ends too early")
        self._at = end
        first, last = begin // 8, (end + 7) // 8
        value = int.from_bytes(self._data[first:last], "big")
        return (value >> (last * 8 - end)) & ((1 << count) - 1)
