import contextlib
import threading

import httpx
import httpx2
import pytest
from mcp.client.streamable_http import streamable_http_client

from deixis.core.errors import UsageError
from deixis.mcp.running import guarded_app, run_http
from deixis.mcp.settings import AgentSettings
from deixis.serve.access import Access, AccessKey, add_key, read_keys
from deixis.serve.running import bound, server_of
from deixis.serve.settings import ServerSettings, Serving
from deixis.testing import serve
from tests.mcp.clients import (
    CALLS,
    CUP,
    MOST,
    TOOLS,
    cost,
    mistake,
    model_at,
    picture,
    record,
    rooted,
    talk,
    toolbox,
)

LISTENS = ServerSettings(port=0, grace_seconds=1)
ASKED = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
TAKES = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


@contextlib.contextmanager
def running(root, keys=None, listens=LISTENS, **more):
    """A server over HTTP, in a thread; its address."""
    house = toolbox(root, listens=listens, **more)
    serving = Serving(server=LISTENS)
    listening = bound(serving)
    uvicorn = server_of(guarded_app(house, Access(keys)), serving)
    thread = threading.Thread(target=uvicorn.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/mcp"
    finally:
        uvicorn.should_exit = True
        thread.join(20)
        listening.close()
    assert not thread.is_alive()


@pytest.fixture
def root(tmp_path):
    picture(tmp_path / "street.png")
    return tmp_path


def posted(url, **headers):
    return httpx.post(url, json=ASKED, headers={**TAKES, **headers}, timeout=20)


@pytest.mark.long
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client_lists_and_calls_every_tool(root, mode):
    picture(root / "street.png", 3840, 2160)

    async def do(client):
        tools = (await client.list_tools()).tools
        found = {name: await client.call_tool(name, CALLS[name]) for name in CALLS}
        point = await client.call_tool("point", {"image": "street.png"})
        result = await client.call_tool("point_result", {"ticket": "x"})
        return tools, found, (point, result)

    with (
        serve(answer=lambda _: '[{"point_2d": [500, 500], "label": "cup"}]') as engine,
        running(root, **model_at(engine)) as url,
    ):
        tools, found, pointed = talk(do, url, mode=mode)
    assert sorted(tool.name for tool in tools) == TOOLS
    for result in found.values():
        assert record(result)
        assert cost(result) <= MOST
    assert all("not installed here" in mistake(one) for one in pointed)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_clients_roots_narrow_ours_over_http_too(root, mode):
    (root / "inner").mkdir()

    async def do(client):
        return await client.call_tool("draw", {"image": str(root / "street.png"), "regions": CUP})

    with running(root) as url:
        assert "outside" in mistake(talk(do, url, mode=mode, **rooted(root / "inner")))
        assert record(talk(do, url, mode=mode))


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8009"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "192.168.1.7:8009"},
        {"Host": "[::1"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "file://"},
    ],
)
def test_foreign_hosts_and_origins_are_refused(root, headers):
    with running(root) as url:
        refused = posted(url, **headers)
        assert refused.status_code == 403
        assert refused.json()["error"]["type"] == "permission_error"
        for origin in ("http://localhost:6274", "http://127.0.0.1", "http://[::1]:80"):
            assert posted(url, Origin=origin).status_code != 403


def test_further_names_are_allowed_by_name(root):
    with running(root, hosts=("pictures.example",)) as url:
        assert posted(url, Host="pictures.example").status_code != 403
        assert posted(url, Host="pictures.example", Origin="https://a.b").status_code == 403


def test_a_server_that_others_reach_takes_its_numbers_and_no_foreign_name(root, tmp_path):
    wide = ServerSettings(host="0.0.0.0", port=0, keys="keys.toml")
    with running(root, listens=wide) as url:
        assert posted(url, Host="192.168.1.7:8009").status_code != 403
        assert posted(url, Host="evil.example").status_code == 403


@pytest.mark.long
def test_keys_are_asked_for_and_counted(root, tmp_path):
    key = add_key(tmp_path / "keys.toml", "alice")
    (known,) = read_keys(tmp_path / "keys.toml")
    limited = AccessKey(name=known.name, sha256=known.sha256, requests=60, pixels=5000)

    async def do(client):
        return [await client.call_tool("draw", CALLS["draw"]) for _ in range(2)]

    async def with_key(url):
        import anyio

        from mcp import Client

        headers = {"Authorization": f"Bearer {key}"}
        with anyio.fail_after(60):
            async with (
                httpx2.AsyncClient(headers=headers) as http,
                Client(streamable_http_client(url, http_client=http)) as client,
            ):
                return await do(client)

    with running(root, keys=(limited,)) as url:
        assert posted(url).status_code == 401
        assert posted(url, Authorization="Bearer dx-wrong").status_code == 401
        import anyio

        first, second = anyio.run(with_key, url)
        assert record(first)
        assert mistake(second) == "the quota of 5000 pixels a minute is used up"
        told = [posted(url, Authorization=f"Bearer {key}").status_code for _ in range(70)]
        assert told[-1] == 429


def test_beyond_this_machine_keys_are_needed():
    with pytest.raises(UsageError, match="so clients need keys"):
        AgentSettings(listens=ServerSettings(host="0.0.0.0"))


def test_a_port_that_is_taken_is_a_mistake_of_the_users(root):
    with contextlib.closing(bound(Serving(server=LISTENS))) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        settings = AgentSettings(roots=(root,), listens=ServerSettings(port=port))
        with pytest.raises(UsageError, match=f"cannot listen at 127.0.0.1, port {port}"):
            run_http(settings)
