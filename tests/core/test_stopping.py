"""Signals: told at once, obeyed well, and the second time at once."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deixis.core import stopping
from deixis.core.stopping import is_stopping, listening, stop_requests

ROOT = Path(__file__).parents[2]
DEADLINE_S = 60  # of what is to end at once, on a machine that does much else
WORK = """
import hashlib, sys, threading, time
from deixis.core.stopping import listening, stop_requests
def say(words):
    print(words, file=sys.stderr, flush=True)
def tell(main):
    while sys._current_frames()[main].f_code.co_name != "compiled":
        time.sleep(0.01)
    for _ in range(50):  # turns in which the main thread, were it in Python, would go on
        time.sleep(0.01)
    print("begun", flush=True)
def compiled():
    threading.Thread(target=tell, args=(threading.get_ident(),), daemon=True).start()
    hashlib.pbkdf2_hmac("sha256", b"a", b"b", 2_000_000_000)  # half an hour without Python
with listening(say, to_the_end=True) as listener:
    try:
        {work}
    except KeyboardInterrupt:
        sys.exit(listener.exit_code)
"""
WELL = "with stop_requests('this stone', interrupts={}) as stop:\n            compiled()"


def begun(work):
    process = subprocess.Popen(
        [sys.executable, "-c", WORK.format(work=work)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )
    assert process.stdout.readline() == "begun\n"
    return process


WORKS = {
    "compiled()": "stopping; press again to stop now\n",
    WELL.format(False): "stopping after this stone; press again to stop now\n",
    WELL.format(True): "stopping after this stone; press again to stop now\n",
}


@pytest.mark.parametrize("work", WORKS)
@pytest.mark.parametrize(("kind", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_compiled_code_is_told_of_at_once_and_left_by_the_second_signal(work, kind, code):
    process = begun(work)
    process.send_signal(kind)
    assert process.stderr.readline() == WORKS[work]
    assert process.poll() is None
    process.send_signal(kind)
    out, err = process.communicate(timeout=DEADLINE_S)
    assert (process.returncode, out, err) == (code, "", "")


def signalled(kind=signal.SIGINT):
    os.kill(os.getpid(), kind)


def test_a_work_that_can_end_well_is_asked_to_and_then_interrupted():
    said = []
    with listening(said.append, watched=False) as listener, stop_requests("a step") as stop:
        assert not is_stopping()
        signalled(signal.SIGTERM)
        assert stop.is_made
        assert is_stopping()
        with pytest.raises(KeyboardInterrupt):
            signalled()
    assert said == ["stopping after a step; press again to stop now"]
    assert listener.exit_code == 130


def test_works_within_works_are_all_asked():
    with stop_requests("outer") as outer, stop_requests("inner") as inner:
        signalled()
        assert (outer.is_made, inner.is_made) == (True, True)


def test_any_other_work_is_interrupted():
    with listening(), pytest.raises(KeyboardInterrupt):
        signalled(signal.SIGTERM)


def test_signals_are_as_they_were_afterwards():
    before = [signal.getsignal(kind) for kind in stopping.SIGNALS]
    with pytest.raises(KeyboardInterrupt), listening(), stop_requests("it"):
        raise KeyboardInterrupt
    assert [signal.getsignal(kind) for kind in stopping.SIGNALS] == before
    assert not is_stopping()


def test_what_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with listening():
            signalled()
            assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
