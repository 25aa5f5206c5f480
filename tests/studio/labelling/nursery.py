"""A writer of labels that may be killed at any moment.

    python -m tests.studio.labelling.nursery FOLDER IMAGE WRITER NUM
    python -m tests.studio.labelling.nursery FOLDER IMAGE

It adds a region of its own to what is kept of a picture, again and again, and prints the name of
each once it is saved. Where another was faster it joins what is there with its own. Without a name
it is one process after the other, each of which tells its number first and writes until it is
killed.
"""

import os
import sys
from pathlib import Path

from deixis import Size, box
from deixis.studio.labelling.kept_labels import KeptLabels, kept_revision
from deixis.studio.labelling.labelled import Labelled

SIZE = Size(width=64, height=48)


def labelled(image, regions, **more):
    return Labelled(image=image, size=SIZE, regions=regions, **more)


def add(store, image, name, writer):
    """One more region, beside all that others have drawn; how often it was refused."""
    new = box(1, 2, 30, 40, label=name)
    kept, num_refused = store.get(image), 0
    while True:
        there = {} if kept is None else kept.labelled.regions
        said = labelled(image, {**there, name: new}, by=writer)
        saved = store.save(said, based_on=kept_revision(kept), writer=writer)
        if saved.refused is None:
            return num_refused
        kept, num_refused = saved.kept, num_refused + 1


def tell(words):
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def write(folder, image, writer, num):
    store = KeptLabels(Path(folder))
    for number in range(int(num)):
        name = f"{writer}_{number}"
        add(store, image, name, writer)
        tell(name)


def main(folder, image, writer="", num=100_000):
    if writer:
        write(folder, image, writer, num)
    while not writer:
        child = os.fork()
        if not child:
            tell(os.getpid())
            write(folder, image, f"w{os.getpid()}", num)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
