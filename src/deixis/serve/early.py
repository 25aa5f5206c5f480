"""What can be there before a server is: its socket, and the process that makes its processes.

Both take nothing that is imported, so that a command has them while all else is still coming.
"""

import multiprocessing
import multiprocessing.forkserver
import socket
from multiprocessing.context import ForkServerContext

WORKERS, SHOWING = "deixis.serve.picture_workers", "deixis.serve.showing"


def bound_at(host: str, port: int) -> socket.socket:
    """A socket with this address, which does not listen yet."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError:
        found.close()
        raise
    found.set_inheritable(True)
    return found


def context(*modules: str) -> ForkServerContext:
    """How processes for pictures are made: by one that has imported these modules, unless one was
    begun with others before.
    """
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(list(modules))
    return found


def begin_processes(*modules: str) -> None:
    """The process that makes others starts now, and is there when the first is asked for."""
    context(*modules)
    multiprocessing.forkserver.ensure_running()
