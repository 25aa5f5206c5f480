"""What the server counts, as Prometheus reads it. Written by hand: a few counters and two times."""

from bisect import bisect_left
from collections import defaultdict
from typing import final

KIND = "text/plain; version=0.0.4; charset=utf-8"
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)
ABOUT = {
    "deixis_requests_total": ("counter", "requests that were answered"),
    "deixis_regions_total": ("counter", "regions that came with requests"),
    "deixis_pixels_total": ("counter", "pixels of pictures that were drawn on or measured"),
    "deixis_tokens_total": ("counter", "tokens that upstreams told of"),
    "deixis_picture_processes_ended_total": (
        "counter",
        "processes that a picture was too much for",
    ),
    "deixis_in_flight": ("gauge", "requests under way"),
    "deixis_own_seconds": ("histogram", "time that the server took itself"),
    "deixis_request_seconds": ("histogram", "time from a request to the end of its answer"),
}


@final
class Metrics:
    """Counters by their names and labels."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], float] = defaultdict(float)
        self._times: dict[str, list[int]] = {}
        self._sums: dict[str, float] = defaultdict(float)

    def add(self, name: str, amount: float = 1, **labels: str) -> None:
        """So much more."""
        self._counts[name, _told(labels)] += amount

    def set(self, name: str, value: float) -> None:
        """So much now."""
        self._counts[name, ""] = value

    def time(self, name: str, seconds: float) -> None:
        """Something took so long."""
        buckets = self._times.setdefault(name, [0] * (len(BOUNDS) + 1))
        buckets[bisect_left(BOUNDS, seconds)] += 1
        self._sums[name] += seconds

    def text(self) -> str:
        """All of them."""
        lines: list[str] = []
        for name, (kind, about) in ABOUT.items():
            lines += [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
            for (own, labels), value in sorted(self._counts.items()):
                lines += [f"{own}{labels} {value:g}"] if own == name else []
            lines += self._buckets(name) if name in self._times else []
        return "\n".join(lines) + "\n"

    def _buckets(self, name: str) -> list[str]:
        lines, total = [], 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self._times[name], strict=True):
            total += count
            lines.append(f'{name}_bucket{{le="{bound}"}} {total}')
        return [*lines, f"{name}_sum {self._sums[name]:.6f}", f"{name}_count {total}"]


def _told(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_plain(value)}"' for name, value in labels.items()) + "}"


def _plain(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
