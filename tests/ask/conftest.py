"""A server on loopback for what is asked of one."""

from tests.remote.conftest import build, key, server, sleeping_server

__all__ = ["build", "key", "server", "sleeping_server"]
