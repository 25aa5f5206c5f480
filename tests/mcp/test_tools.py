import threading

import pytest
from mcp.shared.exceptions import MCPError

from deixis.core.images import ImageLimits, open_image
from deixis.core.size import Size
from deixis.testing import serve
from tests.mcp.clients import (
    CALLS,
    CUP,
    MOST,
    called,
    cost,
    mistake,
    model_at,
    picture,
    record,
    rooted,
    talk,
    toolbox,
)

FOUND = '[{"point_2d": [500, 500], "label": "cup"}]'
BOXES = ", ".join(f'{{"bbox_2d": [{i}, 200, {i + 1}, 950], "label": "cup"}}' for i in range(300))
MODES = ["auto", "legacy"]


@pytest.fixture
def root(tmp_path):
    folder = tmp_path / "root"
    folder.mkdir()
    picture(folder / "street.png")
    picture(tmp_path / "secret.png")
    return folder


@pytest.mark.long
@pytest.mark.parametrize("name", CALLS)
def test_each_tool_of_a_4k_picture_costs_two_kilobytes_at_most(root, name):
    picture(root / "street.png", 3840, 2160)
    with serve(answer=lambda _: FOUND) as engine:
        house = toolbox(root, **model_at(engine))
        result = called(house, name, CALLS[name])
    record(result)
    assert cost(result) <= MOST


@pytest.mark.parametrize("many", [False, True])
def test_long_answers_are_capped_and_say_so(root, many):
    with serve(answer=lambda _: f"[{BOXES}]") as engine:
        house = toolbox(root, **model_at(engine))
        asked = {"image": "street.png", "what": "cups", "kind": "box", "many": True}
        name, arguments = ("find", asked) if many else ("ask", CALLS["ask"])
        result = called(house, name, arguments)
    assert cost(result) <= MOST
    assert "only the beginning" in record(result)["shortened"]


def test_find_tells_where_to_click(root):
    with serve(answer=lambda _: FOUND) as engine:
        arguments = {"image": "street.png", "what": "the cup", "scale": 2, "out": "trace.png"}
        result = called(toolbox(root, **model_at(engine)), "find", arguments)
    told = record(result)
    assert told["regions"][0]["click"] == [32, 24]
    assert told["regions"][0]["screen"] == [16, 12]
    assert told["out"] == str(root / "trace.png")
    assert [one.uri for one in result.content[1:]] == [(root / "trace.png").as_uri()]


def test_ask_sends_regions_as_the_model_says_them(root):
    with serve(answer=lambda _: "a cup") as engine:
        told = record(called(toolbox(root, **model_at(engine)), "ask", CALLS["ask"]))
        (sent,) = engine.texts
    assert told == {"answer": "a cup"}
    assert "156" in sent  # thousandths of the width


def test_a_region_may_say_how_it_reaches_the_model(root):
    arrow = {"cup": {"box": [10, 12, 40, 30], "encoding": "arrow:color=red"}}
    with serve(answer=lambda _: "a cup") as engine:
        called(toolbox(root, **model_at(engine)), "ask", {**CALLS["ask"], "regions": arrow})
        (sent,) = engine.texts
    assert "red arrow" in sent


def test_draw_writes_a_new_picture_and_never_over_another(root):
    house = toolbox(root)
    first, second = (record(called(house, "draw", CALLS["draw"])) for _ in range(2))
    assert [first["out"], second["out"]] == [
        str(root / "street-marked.png"),
        str(root / "street-marked-2.png"),
    ]
    assert first["phrases"]["cup"].startswith("the object within the")
    again = {**CALLS["draw"], "out": "street-marked.png"}
    assert "is there already" in mistake(called(house, "draw", again))
    assert record(called(house, "draw", {**again, "overwrite": True}))["out"] == first["out"]
    assert open_image(first["out"]).size == Size(width=64, height=48)


def test_draw_takes_what_shows_regions_and_refuses_what_does_not(root):
    house = toolbox(root)
    tagged = called(house, "draw", {**CALLS["draw"], "mark": "tagged"})
    assert record(tagged)["phrases"] == {"cup": "the object marked 1"}
    assert "give a mark" in mistake(called(house, "draw", {**CALLS["draw"], "mark": "said"}))
    nothing = {"image": "street.png", "regions": {}}
    assert "draw needs regions" in mistake(called(house, "draw", nothing))


def test_say_and_read_are_each_others_inverse(root):
    house = toolbox(root)
    said = record(called(house, "say", CALLS["say"]))["said"]
    read = {"text": said, "image": "street.png", "dialect": "qwen3_vl"}
    (region,) = record(called(house, "read", read))["regions"]
    assert region["box"] == pytest.approx([10, 12, 40, 30], abs=0.1)


def test_without_a_dialect_all_are_told(root):
    house = toolbox(root)
    said = record(called(house, "say", {"regions": CUP, "size": [64, 48]}))
    assert said["said"]["claude"]
    read = record(called(house, "read", {"text": "[1, 2, 3, 4]", "size": [64, 48]}))
    assert len(read["meanings"]) > 1


@pytest.mark.parametrize("contract", ["Qwen/Qwen3-VL-8B-Instruct", "gpt-5.2"])
def test_a_contract_is_named_by_a_model(root, contract):
    arguments = {"regions": CUP, "size": [64, 48], "contract": contract}
    assert record(called(toolbox(root), "say", arguments))["said"]


@pytest.mark.parametrize("mode", MODES)
def test_a_contract_is_never_a_file(root, mode):
    (root.parent / "secret.json").write_text('{"password": 1}')
    arguments = {"regions": CUP, "size": [64, 48], "contract": str(root.parent / "secret.json")}
    told = mistake(called(toolbox(root), "say", arguments, mode=mode))
    assert told.startswith("no contract is about")


@pytest.mark.parametrize("name", ["find", "ask", "draw", "say", "point"])
@pytest.mark.parametrize("mode", MODES)
def test_no_tool_leaves_the_roots(root, name, mode):
    (root / "link.png").symlink_to(root.parent / "secret.png")
    with serve() as engine:
        house = toolbox(root, **model_at(engine))
        for path in ("../secret.png", "link.png", "/etc/passwd"):
            arguments = {**CALLS.get(name, {}), "image": path}
            told = mistake(called(house, name, arguments, mode=mode))
            assert "is outside of what may be read here" in told
        assert engine.texts == []


@pytest.mark.parametrize("mode", MODES)
def test_a_clients_roots_narrow_ours(root, mode):
    (root / "inner").mkdir()
    picture(root / "inner/cup.png")
    house = toolbox(root)
    narrow = {"mode": mode, **rooted(root / "inner")}
    drawn = called(house, "draw", {"image": "cup.png", "regions": CUP}, **narrow)
    assert record(drawn)["out"] == str(root / "inner/cup-marked.png")
    street = {"image": str(root / "street.png"), "regions": CUP}
    assert "outside" in mistake(called(house, "draw", street, **narrow))
    elsewhere = {"mode": mode, **rooted(root.parent.parent / "nowhere")}
    assert "in common" in mistake(called(house, "draw", street, **elsewhere))


@pytest.mark.parametrize("mode", MODES)
def test_pictures_in_the_roots_are_resources_and_nothing_else_is(root, mode):
    from deixis.mcp.server import server_for

    (root / "words.txt").write_text("a secret")
    (root / "link.png").symlink_to(root.parent / "secret.png")
    picture(root / "large.png", 400, 300)

    async def do(client):
        (found,) = (await client.read_resource((root / "street.png").as_uri())).contents
        refused = []
        for path in (root / "words.txt", root / "link.png", root / "large.png", root / "no.png"):
            try:
                await client.read_resource(path.as_uri())
            except MCPError as error:
                refused.append(str(error))
        return found, refused

    house = toolbox(root, resource_bytes=50_000)
    found, refused = talk(do, server_for(house), mode=mode)
    assert found.mime_type == "image/png"
    assert len(refused) == 4
    assert "a secret" not in "".join(refused)


def test_broken_and_huge_pictures_are_a_short_error(root):
    (root / "broken.png").write_bytes((root / "street.png").read_bytes()[:300])
    (root / "words.png").write_text("no picture")
    picture(root / "huge.png", 300, 200)
    house = toolbox(root, limits=ImageLimits(max_pixels=50_000))
    for name in ("broken.png", "words.png", "huge.png"):
        told = mistake(called(house, "draw", {"image": name, "regions": CUP}))
        assert len(told) < 500
        assert "Traceback" not in told
        assert not (root / name.replace(".png", "-marked.png")).exists()


@pytest.mark.parametrize(
    "regions",
    [
        {"cup": [1, 2, 3]},
        {"cup": {"kind": "box"}},
        {"cup": {"box": [5, 5, 1, 1]}},
        {"cup": {"box": [1, 2, 30, 40], "encoding": 3}},
        {"cup": "the cup"},
        {f"r{i}": [1, 2, 30, 40] for i in range(201)},
    ],
)
def test_regions_that_are_none_are_told(root, regions):
    arguments = {"image": "street.png", "regions": regions}
    assert 10 < len(mistake(called(toolbox(root), "draw", arguments))) < 800


def test_a_mistake_of_ours_is_told_without_its_words(root, monkeypatch):
    def broken(*_):
        raise KeyError("private")

    monkeypatch.setattr("deixis.mcp.toolbox.show", broken)
    told = mistake(called(toolbox(root), "draw", CALLS["draw"]))
    assert told == "Error executing tool draw"


def test_without_a_model_find_and_ask_say_how_to_start_it(root):
    for name in ("find", "ask"):
        told = mistake(called(toolbox(root), name, CALLS[name]))
        assert "started without a model" in told
        assert "deixis mcp MODEL" in told


def test_a_model_that_cannot_be_loaded_is_told_each_time(root):
    house = toolbox(root, model="tiny:nobody")
    for _ in range(2):
        assert "nobody" in mistake(called(house, "ask", CALLS["ask"]))


def test_a_call_does_not_wait_for_ever_for_its_model(root, monkeypatch):
    is_there = threading.Event()

    def slow(*_, **__):
        from deixis.ask.loading import load

        is_there.wait(10)
        return load(given["model"], **given["options"])

    monkeypatch.setattr("deixis.mcp.lazy_model.load", slow)
    with serve(answer=lambda _: "a cup") as engine:
        given = model_at(engine)
        house = toolbox(root, **given, loading_seconds=0.05)
        told = mistake(called(house, "ask", CALLS["ask"]))
        assert "still being loaded: call again" in told
        house.model._seconds = 10.0
        is_there.set()
        assert record(called(house, "ask", CALLS["ask"])) == {"answer": "a cup"}
        house.model.close()


def test_other_calls_go_on_while_one_waits_for_the_model(root):
    import anyio

    from deixis.mcp.server import server_for

    with serve(answer=lambda _: "a cup", delay=1.0) as engine:
        order = []

        async def do(client):
            async def one(name):
                await client.call_tool(name, CALLS[name])
                order.append(name)

            async with anyio.create_task_group() as together:
                together.start_soon(one, "ask")
                await anyio.sleep(0.1)
                together.start_soon(one, "read")

        talk(do, server_for(toolbox(root, **model_at(engine))))
    assert order == ["read", "ask"]
