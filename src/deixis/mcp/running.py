"""The server runs: on standard input and output, or over HTTP."""

import threading
from collections.abc import Callable
from contextlib import closing
from functools import partial
from typing import final

from mcp.server.transport_security import TransportSecuritySettings

from deixis.core.errors import UsageError
from deixis.mcp.guarded_http import GuardedHttp
from deixis.mcp.server import server_for
from deixis.mcp.settings import AgentSettings
from deixis.mcp.tickets import Picker
from deixis.mcp.toolbox import Toolbox
from deixis.serve.access import Access
from deixis.serve.running import access_of, bound, server_of
from deixis.serve.settings import Serving

PATH = "/mcp"
PATIENCE = 1.0  # seconds between looks whether it runs


def run_stdio(settings: AgentSettings, picker: Picker | None = None) -> None:
    """Serve the one client at the other end of standard input, until it leaves.

    The SDK reads standard input in a thread that nothing but a line wakes. All of it is in daemon
    threads, for which a process that is asked to stop does not wait.
    """
    toolbox = Toolbox(settings, picker)
    server = server_for(toolbox)
    with closing(toolbox.model):
        ThreadOfServer(partial(server.run, "stdio")).wait()


@final
class ThreadOfServer:
    """A server in a thread of its own, which ends with the process."""

    def __init__(self, serve: Callable[[], None]) -> None:
        self._serve = serve
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="deixis-mcp", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait until it ends, hearing signals; what it raised is raised here."""
        while self._thread.is_alive():
            self._thread.join(PATIENCE)
        if self._error is not None:
            raise self._error

    def _run(self) -> None:
        try:
            self._serve()
        except BaseException as error:  # noqa: BLE001  # raised where one waits
            self._error = error


def run_http(
    settings: AgentSettings,
    picker: Picker | None = None,
    on_start: Callable[[int], None] | None = None,
) -> None:
    """Serve clients over HTTP until asked to stop; `on_start` is told the port."""
    serving = Serving(server=settings.listens)
    access = access_of(serving)
    toolbox = Toolbox(settings, picker)
    app = guarded_app(toolbox, access)
    try:
        listening = bound(serving)
    except OSError as refusal:
        host, port = settings.listens.host, settings.listens.port
        raise UsageError(f"cannot listen at {host}, port {port}: {refusal.strerror}") from None
    if on_start is not None:
        on_start(listening.getsockname()[1])
    with closing(toolbox.model), closing(listening):
        server_of(app, serving).run(sockets=[listening])


def guarded_app(toolbox: Toolbox, access: Access) -> GuardedHttp:
    """The application that an ASGI server runs; Host and Origin are checked here, not by the
    SDK.
    """
    settings = toolbox.settings
    unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    app = server_for(toolbox).streamable_http_app(
        streamable_http_path=PATH, host=settings.listens.host, transport_security=unchecked
    )
    return GuardedHttp(app, access, settings.listens, settings.hosts)
