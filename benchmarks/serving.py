"""`deixis serve` and LiteLLM's proxy against the engine alone, in one run on one machine.

    python benchmarks/serving.py                            # some ten minutes
    python benchmarks/serving.py --seconds 1 --clients 1 4  # whether it works
    python benchmarks/serving.py --litellm VENV/bin/litellm

The engine is `deixis.testing.fast_server` in a process of its own, which gives a fixed answer after
`--delay` seconds. Requests are bytes made beforehand, sent on kept connections by asyncio streams:
words alone; one 1080p JPEG; the same with three marks, which only we draw ("direct" sends it
without them, LiteLLM is left out). First so many clients ask without a pause; then requests arrive
at fixed rates, as shares of what that side took of the most clients, and each is timed from when it
was due.

Overhead is the side's quantile less that of "direct" under the same load. CPU is that of the
server's process and all below it, by /proc, over the requests that were answered; memory their
resident sets together at the end, where pages that processes share count once for each.
"""

import argparse
import asyncio
import base64
import contextlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from PIL import Image as PIL

SIDES = (1920, 1080)
MODEL = "qwen"
SHARES = (0.125, 0.25, 0.5)
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
START_SECONDS = 180.0
ENGINE = """
import sys, threading
from deixis.testing import fast_server
with fast_server(delay=float(sys.argv[1])) as server:
    print(server.url, flush=True)
    threading.Event().wait()
"""
OURS = """[server]
port = {port}

[[models]]
name = "{model}"
upstream = "openai:{model}@{engine}"
dialect = "qwen3_vl"
"""
THEIRS = """model_list:
  - model_name: {model}
    litellm_params:
      model: openai/{model}
      api_base: {engine}
      api_key: none
"""


@dataclass(frozen=True, kw_only=True)
class Side:
    """Who is asked: its base URL, and the process whose cost is counted."""

    name: str
    url: str
    pid: int


@dataclass(frozen=True, kw_only=True)
class Load:
    """What came of a load: seconds of each answer, and what it cost the server."""

    times: list
    failed: int
    seconds: float
    cpu: float
    memory: int

    def quantile(self, share):
        """Seconds within which that share of the answers came."""
        return sorted(self.times)[min(int(share * len(self.times)), len(self.times) - 1)]

    @property
    def rate(self):
        """Answers in a second."""
        return len(self.times) / self.seconds


class Asker:
    """One connection that is kept: a request is written, and its whole answer read."""

    def __init__(self, url, body):
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port
        head = f"POST {parts.path}/chat/completions HTTP/1.1\r\nHost: {parts.netloc}\r\n"
        head += "Authorization: Bearer none\r\nContent-Type: application/json\r\n"
        self._request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
        self._reader = self._writer = None

    async def ask(self):
        """The status of one answer; 0 where the connection broke."""
        try:
            if self._writer is None:
                opened = await asyncio.open_connection(self._host, self._port, limit=1 << 22)
                self._reader, self._writer = opened
            self._writer.write(self._request)
            head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
            await self._body(head)
        except (OSError, asyncio.IncompleteReadError):
            self.close()
            return 0
        if b"connection: close" in head:
            self.close()
        return int(head.split()[1])

    def close(self):
        """The connection is let go."""
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def _body(self, head):
        for row in head.split(b"\r\n"):
            if row.startswith(b"content-length:"):
                await self._reader.readexactly(int(row[15:]))
                return
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            await self._reader.readexactly(size + 2)
        await self._reader.readexactly(2)


def bodies():
    """Requests by what they hold: the bytes for us, and those for everybody else."""
    rng = np.random.default_rng(0)
    ramp = np.linspace(0, 200, SIDES[0])[None, :, None] + rng.integers(0, 9, (SIDES[1], 1, 3))
    data = io.BytesIO()
    PIL.fromarray((ramp + rng.integers(0, 30, (SIDES[1], SIDES[0], 3))).astype(np.uint8)).save(
        data, "JPEG", quality=85
    )
    url = f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}"
    picture = {"type": "image_url", "image_url": {"url": url}}
    marks = {
        "one": {"kind": "box", "box": [100, 100, 400, 400], "encoding": "rectangle"},
        "two": {"kind": "box", "box": [900, 200, 1300, 700], "encoding": "ellipse:color=blue"},
        "three": {"kind": "point", "point": [1500, 800], "encoding": "arrow:color=lime"},
    }
    asked = {"type": "text", "text": "What is it?"}
    told = {"type": "text", "text": "Compare {one}, {two} and {three}."}
    plain = _body([picture, asked])
    return {
        "words": (_body([asked]),) * 2,
        "1080p": (plain, plain),
        "3 marks": (_body([{**picture, "regions": marks}, told]), plain),
    }


def _body(content):
    return json.dumps({"model": MODEL, "messages": [{"role": "user", "content": content}]}).encode()


def tree(pid):
    """The process and all below it."""
    found = [pid]
    for one in found:
        with contextlib.suppress(OSError):
            for path in Path(f"/proc/{one}/task").glob("*/children"):
                found += map(int, path.read_text().split())
    return found


def cost(pid):
    """Seconds of the processor so far, and resident bytes, of a process and all below it."""
    ticks = pages = 0
    for one in tree(pid):
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += int(stat[11]) + int(stat[12])
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
    return ticks / TICKS, pages * PAGE


async def closed(side, body, num, seconds):
    """So many clients ask, each as soon as it was answered."""
    times, failed = [], []
    until = time.perf_counter() + seconds

    async def client():
        asker = Asker(side.url, body)
        while (begun := time.perf_counter()) < until:
            status = await asker.ask()
            (times if status == 200 else failed).append(time.perf_counter() - begun)
        asker.close()

    return await _counted(side, times, failed, [client() for _ in range(num)])


async def arriving(side, body, rate, seconds):
    """Requests are due at even times, whatever became of those before."""
    times, failed, idle = [], [], []
    begun = time.perf_counter()

    async def one(due):
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        asker = idle.pop() if idle else Asker(side.url, body)
        status = await asker.ask()
        (times if status == 200 else failed).append(time.perf_counter() - due)
        idle.append(asker)

    num = max(int(rate * seconds), 1)
    found = await _counted(side, times, failed, [one(begun + n / rate) for n in range(num)])
    for asker in idle:
        asker.close()
    return found


async def _counted(side, times, failed, jobs):
    begun, (before, _) = time.perf_counter(), cost(side.pid)
    await asyncio.gather(*jobs)
    seconds, (after, memory) = time.perf_counter() - begun, cost(side.pid)
    return Load(times=times, failed=len(failed), seconds=seconds, cpu=after - before, memory=memory)


def row(name, load, direct):
    """A line of the table."""
    if not load.times:
        return f"{name:<34} no answer of {load.failed}"
    over = [1000 * (load.quantile(q) - direct.quantile(q)) for q in (0.5, 0.95)]
    told = f"{name:<34} p50 {1000 * load.quantile(0.5):8.2f} p95 {1000 * load.quantile(0.95):8.2f}"
    told += f"  over direct {over[0]:+8.2f} {over[1]:+8.2f} ms  {load.rate:8.1f}/s"
    told += f"  CPU {1000 * load.cpu / len(load.times):7.2f} ms  {load.memory / 2**20:6.0f} MiB"
    return told + (f"  {load.failed} FAILED" if load.failed else "")


def measure(sides, args):
    """All loads of all sides, side after side under each."""
    everybody = sides
    for what, (ours, theirs) in bodies().items():
        sides = everybody if ours is theirs else everybody[:2]
        asked = {side.name: ours if side.name == "ours" else theirs for side in sides}
        direct, most = {}, {}
        for num in args.clients:
            for side in sides:
                body = asked[side.name]
                asyncio.run(closed(side, body, num, min(1.0, args.seconds)))  # to warm up
                load = asyncio.run(closed(side, body, num, args.seconds))
                direct[num] = load if side.name == "direct" else direct[num]
                most[side.name] = load.rate
                print(row(f"{what}, {num} clients, {side.name}", load, direct[num]), flush=True)
        for side in sides[1:]:
            for share in SHARES:
                rate = max(most[side.name] * share, 1.0)
                loads = [
                    asyncio.run(arriving(one, asked[one.name], rate, args.seconds))
                    for one in (sides[0], side)
                ]
                print(row(f"{what}, {rate:.1f}/s, {side.name}", loads[1], loads[0]), flush=True)


def free_port():
    """A port that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def awake(port, process, log):
    """It waits until somebody listens there; SystemExit where the process ends before."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise SystemExit(f"{process.args[0]} does not listen: {log.read_text()[-2000:]}")


@contextlib.contextmanager
def started(command, **more):
    """A process that ends with this."""
    process = subprocess.Popen([str(part) for part in command], **more)
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()


def proxy(stack, name, command, folder):
    """A proxy's side, once it listens."""
    port = int(command[-1])
    log = stack.enter_context((folder / f"{name}.log").open("w"))
    env = os.environ | {"LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true"}
    env |= {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}  # neither asks for keys, nor the network
    quiet = {"stdout": log, "stderr": subprocess.STDOUT, "cwd": folder, "env": env}
    process = stack.enter_context(started(command, **quiet))
    awake(port, process, folder / f"{name}.log")
    return Side(name=name, url=f"http://127.0.0.1:{port}/v1", pid=process.pid)


def main():
    """Print a line a load."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="of each load")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--delay", type=float, default=0.02, help="of the engine's answers")
    parser.add_argument("--litellm", default=shutil.which("litellm"), help="its command")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        engine = stack.enter_context(
            started([sys.executable, "-c", ENGINE, args.delay], stdout=subprocess.PIPE, text=True)
        )
        url = engine.stdout.readline().strip()
        told = {"model": MODEL, "engine": url}
        port = free_port()
        (folder / "ours.toml").write_text(OURS.format(port=port, **told))
        (folder / "theirs.yaml").write_text(THEIRS.format(**told))
        ours = [sys.executable, "-m", "deixis", "serve", "--config", folder / "ours.toml"]
        sides = [Side(name="direct", url=url, pid=engine.pid)]
        sides.append(proxy(stack, "ours", [*ours, "--port", port], folder))
        if args.litellm:
            theirs = [args.litellm, "--config", folder / "theirs.yaml", "--port", free_port()]
            sides.append(proxy(stack, "litellm", theirs, folder))
        else:
            print("LiteLLM is left out: it is not installed (pip install 'litellm[proxy]')")
        print(f"medians and 95 % of milliseconds; of the processor a request; {args.delay} s delay")
        measure(sides, args)


if __name__ == "__main__":
    main()
