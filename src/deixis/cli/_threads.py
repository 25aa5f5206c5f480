"""How the threads of arithmetic wait for each other; settled before torch is imported."""

import os


def wait_without_spinning() -> None:
    """Let them sleep, unless the environment says otherwise.

    By default they spin, and where a process that prepares data shares their core, each of its
    turns stalls all of them: training nano on two threads of one core went 1.5 times as fast so.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
