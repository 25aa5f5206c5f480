import os
import signal
import subprocess
import sys
import time

import pytest

from deixis.testing import serve
from mcp import StdioServerParameters
from tests.mcp.clients import CALLS, CUP, MOST, TOOLS, cost, mistake, picture, record, talk

SCREENS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")


def command(root, *words):
    return StdioServerParameters(
        command=sys.executable,
        args=["-m", "deixis", "mcp", *words],
        env={name: value for name, value in os.environ.items() if name not in SCREENS},
        cwd=str(root),
    )


def test_the_official_client_lists_tools_and_draws(tmp_path):
    picture(tmp_path / "street.png")

    async def do(client):
        tools = (await client.list_tools()).tools
        return tools, await client.call_tool("draw", {"image": "street.png", "regions": CUP})

    tools, drawn = talk(do, command(tmp_path))
    assert sorted(tool.name for tool in tools) == TOOLS
    assert all(tool.description for tool in tools)
    assert record(drawn)["out"] == str(tmp_path / "street-marked.png")


@pytest.mark.long
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_official_client_calls_every_tool(tmp_path, mode):
    picture(tmp_path / "street.png", 3840, 2160)

    async def do(client):
        found = {name: await client.call_tool(name, CALLS[name]) for name in CALLS}
        point = await client.call_tool("point", {"image": "street.png"})
        asked = {"ticket": record(point)["ticket"], "seconds": 40}
        return found, (point, await client.call_tool("point_result", asked))

    with serve(answer=lambda _: '[{"point_2d": [500, 500], "label": "cup"}]') as engine:
        words = (f"openai:qwen@{engine.url}", "--dialect", "qwen3_vl", "--root", str(tmp_path))
        found, pointed = talk(do, command(tmp_path, *words), mode=mode)
    for result in found.values():
        assert record(result)
        assert cost(result) <= MOST
    assert all(cost(one) <= MOST for one in pointed)
    assert "no window can be opened" in mistake(pointed[1])


@pytest.mark.long
@pytest.mark.parametrize("how", ["closed", signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_its_client_leaves_or_it_is_asked_to(tmp_path, how):
    words = [sys.executable, "-m", "deixis", "mcp"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, cwd=tmp_path, stdin=pipe, stdout=pipe, stderr=pipe) as server:
        server.stdin.write(
            b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":'
            b'"2025-06-18","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}\n'
        )
        server.stdin.flush()
        assert b'"serverInfo"' in server.stdout.readline()
        time.sleep(0.2)
        if how == "closed":
            server.stdin.close()
        else:
            server.send_signal(how)
        try:
            code = server.wait(10)
        finally:
            server.kill()
        assert code == {"closed": 0, signal.SIGTERM: 143, signal.SIGINT: 130}[how]
        assert b"Traceback" not in server.stderr.read()
