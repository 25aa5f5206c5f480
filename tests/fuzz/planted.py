"""A target that does each kind of harm when it is told to."""

import ctypes
import time
from collections.abc import Sequence

from fuzz.targets import Target

from deixis.core.errors import UsageError


class Planted(Target):
    deadline = 1.0
    room = 256

    def seeds(self) -> Sequence[bytes]:
        return [b"harmless"]

    def run(self, data: bytes) -> None:
        match data:
            case b"refuse":
                raise UsageError("not like that")
            case b"raise":
                raise KeyError(data)
            case b"crash":
                ctypes.string_at(0)
            case b"spin":
                while True:
                    pass
            case b"wait":
                time.sleep(60)
            case b"eat":
                bytearray(1 << 30)
            case b"hide":
                try:
                    bytearray(1 << 30)
                except MemoryError as error:
                    raise UsageError("no") from error
