"""The names under which a server may be asked, so that no page of a foreign host reaches it.

A page that a browser shows could reach a server of this machine under a name that its own DNS
points here. Such a name is in Host, and the page's own in Origin: both must be names of this
server. Where it can be reached from elsewhere, its numeric addresses are, too.
"""

import ipaddress
from collections.abc import Iterable
from typing import final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from deixis.serve.api_error import ApiError
from deixis.serve.settings import LOOPBACK, ServerSettings


@final
class OwnNames:
    """The names of one server; `hosts` are further ones. `hint` ends a refusal."""

    def __init__(
        self, settings: ServerSettings, hosts: Iterable[str] = (), *, hint: str = ""
    ) -> None:
        self._names = {name.lower() for name in (*LOOPBACK, settings.host, *hosts)}
        self._takes_numbers = not settings.is_loopback
        self._hint = f"; {hint}" if hint else ""

    def check(self, headers: Headers) -> None:
        """ApiError where a request was meant for another host, or comes from a page of one."""
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._is_own(f"//{hosts[0]}"):
            told = "the Host of this request is no name of this server"
            raise ApiError(403, told + self._hint, code="foreign_host")
        if not all(self._is_own(origin) for origin in origins):
            told = "the Origin of this request is foreign"
            raise ApiError(403, told + self._hint, code="foreign_origin")

    def _is_own(self, address: str) -> bool:
        try:
            name = urlsplit(address).hostname or ""
        except ValueError:
            return False
        if name in self._names:
            return True
        return self._takes_numbers and _is_number(name)


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
