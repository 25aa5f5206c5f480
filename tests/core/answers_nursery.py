"""Processes that share a file of answers.

    python -m tests.core.answers_nursery FILE LOG NUM SEED

Each asks NUM questions in an order of its own, writes a line to LOG for every one that it asks, and
keeps the answers. It may be killed at any moment.
"""

import hashlib
import os
import random
import sys
import time
from pathlib import Path

from deixis.core.answer_store import Answers, KeptAnswer

BATCH = 4


def key_of(number):
    return hashlib.sha256(str(number).encode()).hexdigest()


def ask(answers, log, number):
    os.write(log, f"{number}\n".encode())
    time.sleep(0.002)
    return {key_of(number): KeptAnswer(text=f"answer {number} " + "é" * 50, finish="stop")}


def main(path, log_path, num, seed):
    numbers = list(range(num))
    random.Random(seed).shuffle(numbers)
    log = os.open(log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with Answers(Path(path)) as answers:
        for begin in range(0, num, BATCH):
            part = {key_of(number): number for number in numbers[begin : begin + BATCH]}
            mine = answers.claim(part)
            for key in mine:
                answers.add(ask(answers, log, part[key]))
            answers.release(mine)
            for key, number in part.items():
                if answers.get(key) is None and answers.wait(key) is None:
                    answers.add(ask(answers, log, number))
                    answers.release([key])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
