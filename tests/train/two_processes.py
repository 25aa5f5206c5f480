"""A run on two processes, as torchrun starts them: torch is imported once."""

import os
import sys
from pathlib import Path

import torch

from deixis.train import run as runner
from tests.train.together import RUNS


def main(name, folder):
    torch.optim.AdamW([torch.zeros(1)])  # imports much, once for both
    runner.draw_curves = lambda metrics, picture: None
    folder.parent.mkdir(exist_ok=True)
    rendezvous = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port(), "WORLD_SIZE": "2"}
    os.environ.update(rendezvous)
    children = []
    for rank in range(2):
        child = os.fork()
        if child == 0:
            os.environ.update({"RANK": str(rank), "LOCAL_RANK": str(rank)})
            task, config = RUNS[name](folder.parent)
            outcome = runner.run(task, config, folder)
            os._exit(0 if outcome.finished else 3)
        children.append(child)
    sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))


def free_port():
    import socket

    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return str(listening.getsockname()[1])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
