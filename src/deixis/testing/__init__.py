"""What tests need, ours and yours: a server that answers as told, one that answers fast, and tiny
models (`tiny`).
"""

from deixis.testing.fast_server import FastServer, fast_server
from deixis.testing.server import FakeServer, ReceivedRequest, Reply, serve

__all__ = ["FakeServer", "FastServer", "ReceivedRequest", "Reply", "fast_server", "serve"]
