"""A model behind a server is spoken to as its contract says; of one without, nothing is guessed."""

import json

import pytest

import deixis as dx
from deixis.ask.model import Model
from deixis.ask.sent import Sent
from deixis.cli.main import main
from deixis.coordinates.contract import Contract
from deixis.coordinates.resizing import LongestSide, Smart
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.models.interface import Completion
from deixis.remote.server_settings import remote_from_name
from tests.evals.conftest import Told

SIZE = Size(width=400, height=300)
CUP = dx.box(100, 60, 200, 150)


@pytest.fixture
def image():
    import numpy as np

    return Image(pixels=np.full((SIZE.height, SIZE.width, 3), 200, dtype=np.uint8))


@pytest.fixture
def load(server):
    """Loads a model of any name at this server."""
    models = []

    def load(name, **options):
        models.append(dx.load(f"openai:{name}@{server.url}", api_key="none", **options))
        return models[-1]

    yield load
    for model in models:
        model.vlm.close()


def corners(region):
    box = region.box()
    return [round(box.x0), round(box.y0), round(box.x1), round(box.y1)]


@pytest.mark.parametrize(
    "pointed", [dx.drawn(CUP), dx.cropped(CUP), dx.dimmed(CUP), dx.tagged(CUP), dx.blurred(CUP)]
)
def test_a_model_that_nothing_is_known_of_is_asked_about_what_it_is_shown(
    server, load, image, pointed
):
    server.then("a cup")
    answer = load("made-up").ask(image, "What is {it}?", it=pointed)
    assert answer.text == "a cup"
    assert (answer.sent.dialect, answer.sent.contract) == (None, None)


@pytest.mark.parametrize("pointed", [CUP, dx.said(CUP), dx.point(10, 10)])
def test_no_place_is_said_to_a_model_that_nothing_is_known_of(server, load, image, pointed):
    model = load("made-up")
    with pytest.raises(UsageError, match=r"dialect=… .*contract=NAME.*deixis probe MODEL"):
        model.ask(image, "What is {it}?", it=pointed)
    assert server.requests == []


def test_the_refusal_names_the_nearest_contracts(load, image):
    with pytest.raises(UsageError, match=r"'someone/qwen3-vl-8b-cats'.*most like.*'qwen3-vl'"):
        load("someone/qwen3-vl-8b-cats").ask(image, "What is {it}?", it=CUP)


def test_the_places_in_its_answer_are_unread_and_none_is_a_region(server, load, image):
    server.then('It is at [0.25, 0.2, 0.5, 0.5], or {"bbox_2d": [100, 60, 200, 150]}. It costs $5.')
    answer = load("made-up").ask(image, "Where is the cup?")
    assert answer.regions == ()
    assert len(answer.unread) == 2
    assert "0.25, 0.2, 0.5, 0.5" in answer.unread[0].text
    assert "100, 60, 200, 150" in answer.unread[1].text
    reasons = {piece.reason for piece in answer.unread}
    assert reasons == {"it is not known how this model counts places"}


def test_an_answer_without_places_leaves_nothing_unread(server, load, image):
    server.then("There are 3 cups for 4.50 euro, bought on 2024-05-01.")
    assert load("made-up").ask(image, "How many?").unread == ()


def test_a_known_model_is_spoken_to_as_its_row_says_and_what_was_sent_names_it(server, load, image):
    server.then('{"bbox_2d": [250, 200, 500, 500]}')
    answer = load("Qwen/Qwen3-VL-8B-Instruct").ask(image, "What is {it}?", it=CUP)
    assert server.texts == ['What is [{"bbox_2d": [250, 200, 500, 500]}]?']
    assert [corners(one) for one in answer.regions] == [[100, 60, 200, 150]]
    assert (answer.sent.dialect, answer.sent.contract) == ("qwen3_vl", "qwen3-vl")


def test_what_the_provider_does_to_a_picture_is_undone(server, load, image):
    seen = Smart(min_pixels=6272, max_pixels=3211264).seen(SIZE)
    assert (seen.width, seen.height) == (392, 308)
    server.then('{"bbox_2d": [98, 62, 196, 154]}')
    answer = load("qwen2.5vl:7b").ask(image, "What is {it}?", it=CUP)
    assert server.texts == ['What is [{"bbox_2d": [98, 62, 196, 154]}]?']
    assert [corners(one) for one in answer.regions] == [[100, 60, 200, 150]]


def test_the_user_names_a_contract_for_a_model_that_is_not_known(server, load, image):
    model = load("made-up", contract="qwen2.5vl:7b")
    model.ask(image, "What is {it}?", it=CUP)
    assert "[98, 62, 196, 154]" in server.texts[0]
    assert model.contract.name == "qwen2.5-vl-llama.cpp"


def test_a_contract_that_is_named_goes_before_the_models_own(load):
    assert load("Qwen/Qwen3-VL-8B-Instruct", contract="claude").dialect_name == "claude"


def test_a_file_is_a_contract(load, image, server, tmp_path):
    made = Contract(
        name="measured",
        dialect="qwen2_5_vl",
        source="deixis probe",
        date="2026-11-29",
        models=("made-up",),
        resize=Smart(factor=28, min_pixels=3136, max_pixels=50_000),
    )
    made.save(tmp_path / "it.json")
    answer = load("made-up", contract=tmp_path / "it.json").ask(image, "What is {it}?", it=CUP)
    seen = made.resize.seen(SIZE)
    share = seen.width / SIZE.width
    assert f"[{round(100 * share)}, " in server.texts[0]
    assert answer.sent.contract == "measured"


def test_a_dialect_that_is_named_goes_before_all_contracts(server, load, image):
    model = load("Qwen/Qwen3-VL-8B-Instruct", dialect="unit")
    answer = model.ask(image, "What is {it}?", it=CUP)
    assert server.texts == ["What is [0.250, 0.200, 0.500, 0.500]?"]
    assert (answer.sent.dialect, answer.sent.contract) == ("unit", None)


def test_a_dialect_and_a_contract_that_are_both_named_hold_together(server, load, image):
    model = load("made-up", dialect="qwen2_5_vl", contract="qwen2.5vl:7b")
    model.ask(image, "What is {it}?", it=CUP)
    assert "[98, 62, 196, 154]" in server.texts[0]


def test_a_model_whose_way_no_dialect_writes_says_what_is_known_of_it(load, image):
    model = load("grok-4.6")
    assert model.dialect_name is None
    with pytest.raises(UsageError, match=r"no dialect here writes.*in percent of each side"):
        model.ask(image, "What is {it}?", it=CUP)


def test_a_contract_that_is_none_is_refused_when_the_model_is_loaded(load):
    with pytest.raises(UsageError, match="no contract and no model of one is called 'qwn'"):
        load("made-up", contract="qwn")


@pytest.mark.parametrize("contract", [None, "qwen3-vl"])
def test_what_was_sent_comes_back_from_json(load, image, contract):
    answer = load("made-up", contract=contract).ask(image, "What is it?")
    assert answer.sent.contract == contract
    read = Sent.from_json(answer.sent.to_json())
    assert (read.contract, read.dialect) == (answer.sent.contract, answer.sent.dialect)


def test_a_record_from_before_there_were_contracts_is_read_as_before(load, image):
    model = load("Qwen/Qwen3-VL-8B-Instruct")
    told = json.loads(model.ask(image, "What is it?").sent.to_json())
    assert told.pop("contract") == "qwen3-vl"
    sent = Sent.from_json(json.dumps(told))
    assert sent.contract is None
    assert model.replay(sent).sent.contract == "qwen3-vl"


def test_a_record_is_not_replayed_under_another_contract(load, image):
    sent = load("Qwen2.5-VL-7B-Instruct").ask(image, "What is it?").sent
    other = load("Qwen2.5-VL-7B-Instruct", contract="qwen2.5vl:7b")
    with pytest.raises(UsageError, match=r"said under the contract 'qwen2\.5-vl'"):
        other.replay(sent)


def test_a_model_of_ones_own_may_not_know_how_it_counts(image):
    class Mute(Told):
        dialect = None

        def generate(self, questions, settings=None):
            return [Completion(text="[100, 60, 200, 150]") for _ in questions]

    model = Model(Mute(lambda text: text))
    answer = model.ask(image, "Where?")
    assert answer.regions == ()
    assert len(answer.unread) == 1
    with pytest.raises(UsageError, match="it is not known how"):
        model.ask(image, "{it}?", it=CUP)


def test_a_model_of_ones_own_is_spoken_to_under_a_contract(image):
    model = Model(Told(lambda text: text), contract="qwen2.5vl:7b")
    assert model.dialect.say([CUP], SIZE) == '[{"bbox_2d": [98, 62, 196, 154]}]'


def test_the_sides_that_a_provider_keeps_come_from_the_contract():
    def sides(name, **options):
        return remote_from_name(name, options).longest_side

    assert sides("openai:claude-opus-4-7@https://api.anthropic.com/v1") == 2576
    assert sides("openai:claude-opus-4-5@https://openrouter.ai/api/v1") == 1568
    assert sides("openai:made-up@https://api.anthropic.com/v1") == 1568
    assert sides("openai:made-up@https://example.org/v1") is None
    assert sides("openai:claude-opus-4-5@https://example.org/v1", longest_side=99) == 99


def test_a_contract_that_is_told_later_keeps_a_side_that_was_chosen():
    told = remote_from_name("openai:made-up@https://example.org/v1", {"longest_side": 99})
    from deixis.coordinates.contracts import contract_named

    assert told.under(contract_named("claude")).longest_side == 99
    free = remote_from_name("openai:made-up@https://example.org/v1", {})
    assert free.under(contract_named("claude")).longest_side == 1568


def test_marks_are_drawn_for_the_picture_that_the_provider_keeps(load):
    whole = Size(width=4000, height=3000)
    (view,) = load("made-up", contract="claude").vlm.views(whole)
    assert (view.size.width, view.size.height) == (1270, 952)  # 46 x 34 patches
    (view,) = load("made-up", contract="claude", longest_side=1000).vlm.views(whole)
    assert view.size == LongestSide(edge=1000).seen(whole)


def test_the_command_line_names_a_contract(server, image, tmp_path, capsys):
    picture = tmp_path / "it.png"
    picture.write_bytes(image.png())
    asked = ["ask", str(picture), "What is {it}?", "it=box:100,60,200,150", "--json"]
    name = f"openai:made-up@{server.url}"
    assert main([*asked, "--model", name, "--contract", "qwen2.5vl:7b"]) == 0
    sent = json.loads(capsys.readouterr().out)["sent"]
    assert (sent["dialect"], sent["contract"]) == ("qwen2_5_vl", "qwen2.5-vl-llama.cpp")
    assert main([*asked, "--model", name]) == 2
    assert "deixis contracts" in capsys.readouterr().err


def test_nothing_is_found_by_a_model_that_nothing_is_known_of(server, load, image):
    with pytest.raises(UsageError, match="it is not known how 'made-up' counts places"):
        load("made-up").find(image, "the cup")
    with pytest.raises(UsageError, match="it is not known how 'made-up' counts places"):
        load("made-up").ask(image, "What is there?", cite=True)
    assert server.requests == []


def test_the_command_that_finds_takes_a_contract(server, image, tmp_path, capsys):
    picture = tmp_path / "it.png"
    picture.write_bytes(image.png())
    server.then('[{"bbox_2d": [98, 62, 196, 154], "label": "cup"}]')
    asked = ["find", str(picture), "the cup", "--kind", "box", "--json"]
    name = f"openai:made-up@{server.url}"
    assert main([*asked, "--model", name, "--contract", "qwen2.5vl:7b"]) == 0
    (found,) = json.loads(capsys.readouterr().out)["regions"]
    assert found["box"] == pytest.approx([100, 60, 200, 150], abs=1)
    assert main([*asked, "--model", name]) == 2
