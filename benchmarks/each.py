"""`ask --each` against a bare httpx client that sends requests made beforehand, and against kills.

    python benchmarks/each.py                              # 5,000 regions of 250 pictures
    python benchmarks/each.py --pictures 5000 --kills 20   # 100,000 regions: an hour
    RAY_worker_niceness=0 python benchmarks/each.py --runner ray --pictures 500 --kills 20
    python benchmarks/each.py --folder each --kills 20     # what is measured there is not again

The pictures are drawn by code, 640x480, 20 regions each. The server is `deixis.testing`'s, in a
process of its own that counts, and takes `--delay` seconds an answer. The bare client is 32 threads
that share one `httpx.Client` and post bodies that lie in memory, as ours would be; it reads each
answer's words. Both are timed from their first request to their last answer, ours from the call of
`ask_each` until the rows are written too. Memory is the peak of the process's resident set.

With --kills the run is killed so many times at random moments. Of each answer that was on the disk
at a kill the server must never be asked again; what it is asked again is at most what was under
way. The rows must be those of the run that nobody killed.
"""

import argparse
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
from PIL import Image as PIL
from PIL import ImageDraw

from deixis.testing import FakeServer, serve

SIDES = (640, 480)
MODEL = "Qwen/Qwen3-VL-8B-Instruct"
QUESTION = "Describe {it}."
MOST_BODIES = 2000  # that the bare client holds; it sends them in turn


def drawn_picture(seed):
    """A picture of shapes on a gradient with grain, as large as a photograph of that size is."""
    rng = np.random.default_rng(seed)
    width, height = SIDES
    ramp = np.linspace(0, 160, width)[None, :, None] + np.linspace(0, 80, height)[:, None, None]
    grain = rng.integers(0, 6, (height, width, 3))
    picture = PIL.fromarray((ramp + grain).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for _ in range(30):
        x, y = rng.integers(0, width - 80), rng.integers(0, height - 80)
        shape = (x, y, x + rng.integers(20, 80), y + rng.integers(20, 80))
        colour = tuple(int(part) for part in rng.integers(0, 256, 3))
        (draw.ellipse if rng.random() < 0.5 else draw.rectangle)(tuple(map(int, shape)), colour)
    return picture


def furnish(top, pictures, regions):
    """The folder, and the lines of its regions."""
    folder = top / "photos"
    folder.mkdir()
    rng = np.random.default_rng(0)
    with (top / "regions.jsonl").open("w") as lines:
        for number in range(pictures):
            name = f"{number:05d}.jpg"
            drawn_picture(number).save(folder / name, quality=92)
            for _ in range(regions):
                x, y = (int(rng.integers(0, side - 60)) for side in SIDES)
                box = [x, y, x + int(rng.integers(10, 60)), y + int(rng.integers(10, 60))]
                row = {"image": name, "deixis": "region/1", "kind": "box", "box": box}
                lines.write(json.dumps(row) + "\n")


class Tally:
    """What the server was asked, by a digest that stands in the answer too."""

    def __init__(self, server):
        self.asked = Counter()
        self.times = []
        self._lock = threading.Lock()
        server.answer = self.answer

    def answer(self, body):
        """Words that hold the digest."""
        picture, words = body["messages"][-1]["content"]
        told = picture["image_url"]["url"] + words["text"]
        digest = hashlib.sha256(told.encode()).hexdigest()[:20]
        with self._lock:
            self.asked[digest] += 1
            self.times.append(time.monotonic())
        return FakeServer.say(
            {}, f"a thing {digest}", usage={"prompt_tokens": 9, "completion_tokens": 3}
        )

    def reset(self):
        """Count anew."""
        self.asked.clear()
        self.times.clear()


# what the two processes do


def be_bare(url, top, total, at_once):
    """Post bodies that were made beforehand."""
    bodies = [path.read_bytes() for path in sorted((top / "bodies").iterdir())]
    limits = httpx.Limits(max_connections=at_once)
    with httpx.Client(timeout=60, trust_env=False, limits=limits) as client:

        def post(number):
            body = bodies[number % len(bodies)]
            headers = {"Content-Type": "application/json"}
            answer = client.post(f"{url}/chat/completions", content=body, headers=headers)
            return answer.json()["choices"][0]["message"]["content"]

        begun = time.monotonic()
        with ThreadPoolExecutor(at_once) as workers:
            assert all(workers.map(post, range(total)))
        return {"seconds": time.monotonic() - begun}


def be_ours(url, top, out, at_once, runner, encoding):
    """Ask about each region."""
    import deixis as dx

    begun = time.monotonic()
    asked = dx.ask_each(
        top / "photos",
        QUESTION,
        regions=top / "regions.jsonl",
        model=f"openai:{MODEL}@{url}",
        out=out,
        at_once=at_once,
        encoding=encoding,
        runner=runner,
    )
    return {"seconds": time.monotonic() - begun, "rows": asked.num_rows, "errors": asked.num_errors}


def save_bodies(top, count):
    """The bodies of the first rows, as ours are."""
    from deixis.ask.composer import Asking
    from deixis.ask.loading import load
    from deixis.core import json_lines
    from deixis.core.images import open_image
    from deixis.core.region import box
    from deixis.models.interface import Generation
    from deixis.remote.request import request_body

    (top / "bodies").mkdir()
    model = load(f"openai:{MODEL}@http://127.0.0.1:9/v1")
    lines = (top / "regions.jsonl").read_text().splitlines()[:count]
    image, name = None, ""
    for number, row in enumerate(map(json_lines.parse, lines)):
        if row["image"] != name:
            name, image = row["image"], open_image(top / "photos" / row["image"])
        asking = Asking(images=(image,), text=QUESTION, regions={"it": box(*row["box"])})
        question = model.composer.compose(asking).question(None)
        body = request_body(model.vlm.remote, question, Generation(), stream=False)
        (top / "bodies" / f"{number:05d}").write_bytes(body)
    return len(body)


# the one that looks on


def child(role, arguments, top, url, **more):
    """A process of one role."""
    options = {"role": role, "top": top, "url": url, **more}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    same = ("pictures", "regions", "at_once", "encoding")
    for name in same:
        words += [f"--{name.replace('_', '-')}", str(getattr(arguments, name))]
    if arguments.runner is not None:
        words += ["--runner", arguments.runner]
    return subprocess.Popen(
        [sys.executable, __file__, *words], stdout=subprocess.PIPE, start_new_session=True
    )


def ended(process):
    """What a process told, with its peak of memory in MB and its processor seconds."""
    out = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, "the process failed"
    told = json.loads(out.splitlines()[-1])
    return {**told, "mb": used.ru_maxrss / 1024, "cpu": used.ru_utime + used.ru_stime}


def clear(*paths):
    """What a benchmark that was killed has left is taken away."""
    for path in paths:
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def spread(tally):
    """From the first answer to the last."""
    return tally.times[-1] - tally.times[0]


def kept(out):
    """The digests of answers that lie in a journal, and the rows' number."""
    found = Counter()
    for part in Path(f"{out}.journal").glob("part-*.jsonl"):
        for line in part.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                found[json.loads(line)["text"].split()[-1]] += 1
    return found


def wait_for_quiet(tally, seconds):
    """Nobody asks for so long: workers of Ray outlive the process that began them a moment."""
    total = -1
    while total != (total := sum(tally.asked.values())):
        time.sleep(seconds)


def killed(arguments, top, url, tally, seconds):
    """The run, killed at random moments; what was asked again, and whether any of it was kept."""
    out = top / "killed.jsonl"
    clear(*top.glob("killed.jsonl*"))
    rng = np.random.default_rng(0)
    num_again, num_kills, worst = 0, 0, 0
    had_at = {}  # how often each answer was asked for when it was on the disk
    while num_kills < arguments.kills:
        before = sum(tally.asked.values())
        process = child("ours", arguments, top, url, out=out)
        moment = rng.uniform(0.2, 1.8) * seconds / (arguments.kills + 1)
        deadline = time.monotonic() + 120
        while sum(tally.asked.values()) == before and time.monotonic() < deadline:
            if process.poll() is not None:
                break
            time.sleep(0.02)
        try:
            process.wait(timeout=moment)
            break
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
        num_kills += 1
        wait_for_quiet(tally, 2 * arguments.delay + 0.5)
        had = Counter(tally.asked)
        on_disk = kept(out)
        lost = sum(had.values()) - sum(on_disk.values()) - num_again
        num_again, worst = num_again + lost, max(worst, lost)
        for digest in on_disk:
            had_at.setdefault(digest, had[digest])
        print(f"killed with {sum(on_disk.values())} answers, {lost} lost", flush=True)
    last = ended(child("ours", arguments, top, url, out=out))
    return {
        "kills": num_kills,
        "again": sum(tally.asked.values()) - last["rows"],
        "worst": worst,
        "paid_twice": sum(tally.asked[digest] - count for digest, count in had_at.items()),
        "kept_twice": sum(kept(out).values()) - last["rows"],
        "same": out.read_bytes() == (top / "rows.jsonl").read_bytes(),
    }


def compare(arguments, top):
    """Each part is measured unless the folder has its figures already, and told."""
    total = arguments.pictures * arguments.regions
    with serve(delay=arguments.delay, keeps=1) as server:
        tally = Tally(server)

        def measured(role, measure):
            file = top / f"{role}.json"
            if not file.exists():
                tally.reset()
                file.write_text(json.dumps(measure()))
            return json.loads(file.read_text())

        def furnished():
            clear(top / "photos", top / "bodies")
            furnish(top, arguments.pictures, arguments.regions)
            return {"size": save_bodies(top, min(total, MOST_BODIES))}

        def ours():
            clear(*top.glob("rows.jsonl*"))
            found = ended(child("ours", arguments, top, server.url, out=top / "rows.jsonl"))
            return {**found, "spread": spread(tally), "most": server.most_in_flight}

        size = measured("furnished", furnished)["size"]
        print(f"{total} regions of {arguments.pictures} pictures, a body has {size / 1000:.0f} kB")
        bare = measured("bare", lambda: ended(child("bare", arguments, top, server.url)))
        bare_rate = total / bare["seconds"]
        told = f"{bare_rate:.1f} a second, {1000 * bare['cpu'] / total:.2f} ms of processor each"
        print(f"bare httpx: {told}, {bare['mb']:.0f} MB", flush=True)
        found = measured("ours", ours)
        assert found["errors"] == 0
        rate = total / found["seconds"]
        told = f"{rate:.1f} a second, {1000 * found['cpu'] / total:.2f} ms of processor each"
        print(f"ask_each: {told}, {found['mb']:.0f} MB; most at once {found['most']}")
        print(f"of the bare client's rate: {rate / bare_rate:.3f}")
        asking = (total - 1) / found["spread"]
        told = f"{asking:.1f} a second ({asking / bare_rate:.3f})"
        print(f"from the first answer to the last: {told}", flush=True)
        if arguments.kills:
            seconds = found["seconds"]
            told = measured("kills", lambda: killed(arguments, top, server.url, tally, seconds))
            print(
                f"killed {told['kills']} times: {told['again']} calls asked again, at most "
                f"{told['worst']} a kill; answers on the disk asked again: {told['paid_twice']}, "
                f"kept twice: {told['kept_twice']}; rows as of the unbroken run: {told['same']}"
            )


def main():
    """Both are timed in turn, and ours is killed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=250)
    parser.add_argument("--regions", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=32)
    parser.add_argument("--delay", type=float, default=0.3)
    parser.add_argument("--encoding", default="said")
    parser.add_argument("--runner", choices=("pool", "ray"))
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="for all files; a second run goes on there")
    for name in ("--role", "--url", "--out"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    parser.add_argument("--top", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    total = arguments.pictures * arguments.regions
    match arguments.role:
        case "bare":
            print(json.dumps(be_bare(arguments.url, arguments.top, total, arguments.at_once)))
            return
        case "ours":
            out = arguments.out
            more = (arguments.at_once, arguments.runner, arguments.encoding)
            print(json.dumps(be_ours(arguments.url, arguments.top, out, *more)))
            return
    if arguments.folder is None:
        with tempfile.TemporaryDirectory() as folder:
            compare(arguments, Path(folder))
    else:
        arguments.folder.mkdir(exist_ok=True)
        compare(arguments, arguments.folder)


if __name__ == "__main__":
    main()
