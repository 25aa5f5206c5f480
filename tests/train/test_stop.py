"""Runs that are told to stop: at any moment, also a whole group of processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
ROOT = Path(__file__).parents[2]
DEADLINE_S = 120
RUN = """
import dataclasses, sys
from pathlib import Path
import deixis.train.run as runner
from deixis.core.stopping import listening
from deixis.train.config import RunConfig
from tests.train.tiny_source import TinySource
from tests.train.tiny_task import TinyTask

def say(words):
    print(words, file=sys.stderr, flush=True)

class Told(runner.Silent.__mro__[1]):
    def say(self, text): pass
    def warn(self, text): pass
    def advance(self, progress):
        print("step", progress.step, flush=True)

if __name__ == "__main__":
    config = RunConfig(steps=100_000, batch_size=4, num_workers=2, threads=1, save_every=50_000)
    with listening(say, to_the_end=True) as listener:
        try:
            print("begun", flush=True)
            source = TinySource(seconds=0.01)
            done = runner.run(TinyTask(source), config, Path(sys.argv[1]), reporter=Told())
            assert not done.finished
        except KeyboardInterrupt:
            pass
        sys.exit(listener.exit_code)
"""


def children_of(pid):
    found = Path(f"/proc/{pid}/task/{pid}/children")
    return found.read_text().split() if found.exists() else []


def is_alive(pid):
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def running(tmp_path):
    (tmp_path / "told_to_stop.py").write_text(RUN)
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "told_to_stop.py"), str(tmp_path / "run")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )
    assert process.stdout.readline() == "begun\n"
    yield process
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children are looked for in /proc")
@pytest.mark.parametrize(
    ("kind", "after_s"),
    [(signal.SIGINT, 0.0), (signal.SIGINT, 0.4), (signal.SIGTERM, 0.2)],
)
def test_a_signal_to_all_while_data_workers_start_saves(kind, after_s, running, tmp_path):
    while len(children_of(running.pid)) < 2 and running.poll() is None:
        time.sleep(0.005)
    time.sleep(after_s)
    os.killpg(running.pid, kind)
    _, err = running.communicate(timeout=DEADLINE_S)
    assert err == "stopping after this step, which is saved first; press again to stop now\n"
    assert running.returncode == 128 + kind
    assert len(list((tmp_path / "run" / "checkpoints").glob("step-*"))) == 1


def test_a_second_signal_ends_a_run_and_its_workers_at_once(running):
    assert running.stdout.readline().startswith("step")
    workers = children_of(running.pid)
    os.kill(running.pid, signal.SIGSTOP)  # both signals come within one step
    running.send_signal(signal.SIGINT)
    running.send_signal(signal.SIGTERM)
    os.kill(running.pid, signal.SIGCONT)
    _, err = running.communicate(timeout=DEADLINE_S)
    assert running.returncode in (130, 143)
    assert "Traceback" not in err
    assert "leaked" not in err
    until = time.monotonic() + DEADLINE_S
    while any(map(is_alive, workers)):
        assert time.monotonic() < until
        time.sleep(0.1)
