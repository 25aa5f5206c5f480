"""The official client, and pictures for it to speak of."""

import json

import anyio
import numpy as np
import PIL.Image
from mcp_types import ListRootsResult, Root, TextContent

from deixis.mcp.server import server_for
from deixis.mcp.settings import AgentSettings
from deixis.mcp.toolbox import Toolbox
from mcp import Client

TOOLS = ["ask", "draw", "find", "point", "point_result", "read", "say"]
CUP = {"cup": [10, 12, 40, 30]}
MOST = 2048  # bytes that a call may cost the conversation
# a call of each tool that works without a person
CALLS = {
    "find": {"image": "street.png", "what": "the cup"},
    "ask": {"image": "street.png", "question": "What is {cup}?", "regions": CUP},
    "draw": {"image": "street.png", "regions": CUP},
    "say": {"regions": CUP, "image": "street.png", "dialect": "qwen3_vl"},
    "read": {"text": '[{"bbox_2d": [1, 2, 30, 40]}]', "size": [64, 48], "dialect": "qwen3_vl"},
}


def picture(path, width=64, height=48):
    """A small one is noise, a large one a slope, which is soon written."""
    pixels = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    if width > 1000:
        pixels = np.broadcast_to(np.arange(width, dtype=np.uint8)[:, None], (height, width, 3))
    PIL.Image.fromarray(np.ascontiguousarray(pixels)).save(path)
    return path


def toolbox(root, *, model="", options=None, picker=None, **more):
    settings = AgentSettings(model=model, options=options or {}, roots=(root,), **more)
    return Toolbox(settings, picker)


def model_at(server):
    """A model behind a fake engine, and how its places are said."""
    return {"model": f"openai:qwen@{server.url}", "options": {"dialect": "qwen3_vl"}}


def talk(do, server, **options):
    """The official client does something with a server: an address, a command, or one of ours."""

    async def run():
        with anyio.fail_after(60):
            async with Client(server, **options) as client:
                return await do(client)

    return anyio.run(run)


def called(box, name, arguments, **options):
    """One call of a tool of this toolbox."""

    async def do(client):
        return await client.call_tool(name, arguments)

    return talk(do, server_for(box), **options)


def record(result):
    """What a result says, which is the same as text and as values."""
    assert not result.is_error, words(result)
    told = json.loads(words(result))
    assert told == result.structured_content
    return told


def words(result):
    (text,) = [one.text for one in result.content if isinstance(one, TextContent)]
    return text


def mistake(result):
    assert result.is_error
    return words(result)


def cost(result):
    return len(result.model_dump_json(by_alias=True, exclude_none=True).encode())


def rooted(*folders):
    """A client has these roots."""

    async def listed(_):
        return ListRootsResult(roots=[Root(uri=folder.as_uri()) for folder in folders])

    return {"list_roots_callback": listed}
