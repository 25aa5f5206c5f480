"""What tests need, ours and yours: a server that answers as told, and tiny models (`tiny`)."""

from deixis.testing.server import FakeServer, ReceivedRequest, Reply, serve

__all__ = ["FakeServer", "ReceivedRequest", "Reply", "serve"]
