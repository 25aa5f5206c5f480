"""The streams of AV1 and HEVC tell how large their pictures are; these numbers are read as bits."""

import re
from collections.abc import Iterator
from typing import final

from deixis.core.errors import ImageError
from deixis.core.size import Size

MAX_UNITS = 100_000
SEQUENCE, SETTINGS = 1, 33  # the units that tell it, of AV1 and of HEVC
DISGUISED = re.compile(rb"\x00\x00\x03")  # HEVC writes a 3 between, so that no start code appears
LAYERS = 8


@final
class _Bits:
    """Numbers of some bits each."""

    def __init__(self, data: bytes) -> None:
        self._value, self._left = int.from_bytes(data, "big"), 8 * len(data)

    def take(self, num_bits: int) -> int:
        """The next bits as a number."""
        self._left -= num_bits
        if self._left < 0:
            raise ImageError("its stream is cut short")
        return self._value >> self._left & (1 << num_bits) - 1

    def golomb(self) -> int:
        """The next number of Exp-Golomb's code."""
        zeros = 0
        while self.take(1) == 0:
            zeros += 1
            if zeros > 31:
                raise ImageError("its stream holds a number beyond any picture")
        return (1 << zeros) - 1 + self.take(zeros)


def av1_sizes(stream: bytes) -> list[Size]:
    """Each sequence header of an AV1 stream tells the largest picture that follows it."""
    return [_av1_size(_Bits(unit[:64])) for kind, unit in _av1_units(stream) if kind == SEQUENCE]


def _av1_units(stream: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(MAX_UNITS):
        if at >= len(stream):
            return
        head = stream[at]
        at += 2 if head & 4 else 1
        length = len(stream) - at
        if head & 2:
            length, at = _leb128(stream, at)
        if at + length > len(stream):
            raise ImageError("its stream is cut short")
        yield head >> 3 & 15, stream[at : at + length]
        at += length
    raise ImageError(f"its stream has more than {MAX_UNITS} units")


def _leb128(stream: bytes, at: int) -> tuple[int, int]:
    found = 0
    for place, byte in enumerate(stream[at : at + 8]):
        found |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return found, at + place + 1
    raise ImageError("its stream is cut short")


def _av1_size(bits: _Bits) -> Size:
    """The AV1 specification, 5.5.1, up to the sizes."""
    bits.take(4)  # profile, whether it is a still picture
    if bits.take(1):  # a short header
        bits.take(5)
    else:
        has_model = False
        if bits.take(1):  # times
            bits.take(64)
            if bits.take(1):
                bits.golomb()
            has_model = bool(bits.take(1))
        buffer = _model(bits) if has_model else 0
        has_delays = bits.take(1)
        for _ in range(bits.take(5) + 1):
            bits.take(12)
            if bits.take(5) > 7:
                bits.take(1)
            if has_model and bits.take(1):
                bits.take(2 * buffer + 1)
            if has_delays and bits.take(1):
                bits.take(4)
    across, down = bits.take(4) + 1, bits.take(4) + 1
    return Size(width=bits.take(across) + 1, height=bits.take(down) + 1)


def _model(bits: _Bits) -> int:
    """A decoder's model: how long its delays are written."""
    length = bits.take(5) + 1
    bits.take(42)
    return length


def hevc_sizes(settings: bytes, stream: bytes) -> list[Size]:
    """Each parameter set of an HEVC picture tells its size, in its settings (the box hvcC) or in
    the stream.
    """
    if len(settings) < 23:
        raise ImageError("its decoder's settings are cut short")
    sets, at = [], 23
    for _ in range(settings[22]):
        count, at = int.from_bytes(settings[at + 1 : at + 3], "big"), at + 3
        for _ in range(count):
            unit, at = _hevc_unit(settings, at, 2)
            sets.append(unit)
    at, length = 0, (settings[21] & 3) + 1
    while at < len(stream):
        if len(sets) > MAX_UNITS:
            raise ImageError(f"its stream has more than {MAX_UNITS} units")
        unit, at = _hevc_unit(stream, at, length)
        sets.append(unit[:256])
    return [_hevc_size(unit) for unit in sets if unit and unit[0] >> 1 & 63 == SETTINGS]


def _hevc_unit(data: bytes, at: int, of_length: int) -> tuple[bytes, int]:
    length = int.from_bytes(data[at : at + of_length], "big")
    start = at + of_length
    if start + length > len(data):
        raise ImageError("its stream is cut short")
    return data[start : start + length], start + length


def _hevc_size(unit: bytes) -> Size:
    """ITU-T H.265, 7.3.2.2, up to the sizes."""
    bits = _Bits(DISGUISED.sub(b"\x00\x00", unit[2:256]))
    bits.take(4)
    layers = bits.take(3)
    bits.take(1)
    bits.take(96)  # profile, tier and level
    flags = [(bits.take(1), bits.take(1)) for _ in range(LAYERS if layers else 0)]
    for has_profile, has_level in flags[:layers]:
        bits.take(88 * has_profile + 8 * has_level)
    bits.golomb()
    if bits.golomb() == 3:  # colours as large as brightness
        bits.take(1)
    return Size(width=bits.golomb(), height=bits.golomb())
