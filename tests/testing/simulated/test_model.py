"""A simulated model answers by what it is shown, errs as it was told to, and does so again."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import deixis as dx
from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.models.interface import Question
from deixis.testing import serve
from deixis.testing.simulated import Manner, kinds, scene, simulated

SCENE = scene(Size(width=660, height=480), num_things=6, seed=3)
FIRST = SCENE.things[0]
NAME = FIRST.label
WHERE = f"Give the bounding box of the {NAME}."


def ask(model, text, *pictures):
    return model.generate([Question(pictures=pictures or (SCENE.image,), text=text)])[0].text


def numbers(text):
    return [float(n) for n in text.strip("[]").split(", ")]


def off(manner, seed, num=300):
    """How far the middles of boxes are off, in pixels."""
    model = simulated("pixels", SCENE.truth, manner=manner, seed=seed)
    ways = []
    for i in range(num):
        x0, y0, x1, y1 = numbers(ask(model, f"{WHERE} {i}"))
        true = FIRST.centre()
        ways.append(((x0 + x1) / 2 - true.x, (y0 + y1) / 2 - true.y))
    return np.array(ways)


def test_the_same_question_gets_the_same_answer_in_any_order():
    manner = Manner(error=0.02, wrong=0.2, refused=0.2)
    texts = [f"{WHERE} {i}" for i in range(20)]
    one, other = (simulated("gemini", SCENE.truth, manner=manner, seed=4) for _ in range(2))
    told = {text: ask(one, text) for text in texts}
    assert {text: ask(other, text) for text in reversed(texts)} == told


def test_another_seed_errs_otherwise():
    manner = Manner(error=0.02)
    one, other = (simulated("pixels", SCENE.truth, manner=manner, seed=s) for s in (1, 2))
    assert ask(one, WHERE) != ask(other, WHERE)


def test_an_error_is_a_share_of_each_side():
    spread = off(Manner(error=0.02), seed=1).std(axis=0)
    assert spread == pytest.approx((0.02 * 660, 0.02 * 480), rel=0.2)


def test_an_error_is_smaller_in_a_crop():
    model = simulated("pixels", SCENE.truth, manner=Manner(error=0.02), seed=1)
    x0, y0, x1, y1 = (int(edge) for edge in FIRST.box().xyxy)
    left, top = max(x0 - 20, 0), max(y0 - 20, 0)
    crop = Image(pixels=SCENE.image.pixels[top : y1 + 20, left : x1 + 20])
    ways = []
    for i in range(200):
        a0, _, a1, _ = numbers(ask(model, f"{WHERE} {i}", crop))
        ways.append((a0 + a1) / 2 - (FIRST.centre().x - left))
    assert np.std(ways) < 0.03 * crop.size.width


def test_refusals_come_as_often_as_told():
    model = simulated("pixels", SCENE.truth, manner=Manner(refused=0.1), seed=1)
    refused = sum("[" not in ask(model, f"{WHERE} {i}") for i in range(500))
    assert 25 <= refused <= 80


def test_wrong_things_are_named_as_often_as_told():
    model = simulated("pixels", SCENE.truth, manner=Manner(wrong=0.1), seed=1)
    right = ask(simulated("pixels", SCENE.truth), WHERE)
    wrong = sum(ask(model, f"{WHERE} {i}") != right for i in range(500))
    assert 25 <= wrong <= 80


def test_noise_has_nothing_to_do_with_the_picture():
    model = simulated("permille", SCENE.truth, manner=Manner(is_noise=True), seed=1)
    lefts = [numbers(ask(model, f"{WHERE} {i}"))[0] for i in range(200)]
    assert min(lefts) < 50
    assert max(lefts) > 700


def test_a_mixing_model_writes_half_of_its_answers_in_another_space():
    model = simulated("pixels", SCENE.truth, manner=Manner(mixes="permille"), seed=1)
    both = {ask(simulated(kind, SCENE.truth), WHERE) for kind in ("pixels", "permille")}
    told = [ask(model, f"{WHERE} {i}") for i in range(60)]
    assert set(told) == both
    assert 15 <= told.count(min(both)) <= 45


def test_a_provider_may_resize_without_telling():
    manner = Manner(provider=lambda size: Size(width=size.width // 2, height=size.height // 3))
    x0, y0, x1, y1 = FIRST.box().xyxy
    told = numbers(ask(simulated("pixels", SCENE.truth, manner=manner), WHERE))
    assert told == pytest.approx((x0 / 2, y0 / 3, x1 / 2, y1 / 3), abs=0.51)


def test_misled_crops_show_another_place_and_whole_pictures_do_not():
    model = simulated("pixels", SCENE.truth, manner=Manner(misled=1.0), seed=1)
    right = simulated("pixels", SCENE.truth)
    crop = Image(pixels=SCENE.image.pixels[2:, 3:])
    assert ask(model, WHERE) == ask(right, WHERE)
    assert ask(model, WHERE, crop) != ask(right, WHERE, crop)


def test_one_that_does_not_look_answers_from_memory_and_makes_the_region_up():
    sign = dx.box(
        20,
        30,
        220,
        130,
        label="sign",
    )
    truth = {SCENE.image: [sign.named(text="STOP")]}
    text = "What does the sign say? Give the box of the region that the answer rests on."
    away = Image(pixels=SCENE.image.pixels[300:, 300:])
    looks = simulated("pixels", truth)
    blind = simulated("pixels", truth, manner=Manner(looks=False), seed=2)
    assert ask(looks, text) == "STOP\n[20, 30, 220, 130]"
    assert "STOP" not in ask(looks, text, away)
    assert ask(blind, text).startswith("STOP\n[")
    assert ask(blind, text) != ask(looks, text)
    assert ask(blind, text, away).startswith("STOP")


def test_one_that_makes_places_up_may_still_look():
    truth = {SCENE.image: [dx.box(20, 30, 220, 130, label="sign").named(text="STOP")]}
    model = simulated("pixels", truth, manner=Manner(makes_up_places=True), seed=2)
    away = Image(pixels=SCENE.image.pixels[300:, 300:])
    assert ask(model, "What does the sign say?") == "STOP"
    assert "STOP" not in ask(model, "What does the sign say?", away)
    assert ask(model, "Where is the sign?") != "[20, 30, 220, 130]"


def test_what_is_not_in_the_picture_is_said_not_to_be():
    crop = Image(pixels=SCENE.image.pixels[:4, :6])
    assert ask(simulated("pixels", SCENE.truth), WHERE, crop) == (
        f"There is no {NAME} in the picture."
    )
    assert "<box>none</box>" in ask(simulated("locate_anything", SCENE.truth), WHERE, crop)


def test_a_foreign_picture_is_not_guessed_at():
    other = scene(Size(width=300, height=310), num_things=2, seed=1).image
    model = simulated("pixels", {Image(pixels=np.zeros((9, 8, 3), np.uint8)): []})
    assert ask(model, WHERE, other) == "I cannot tell what is in this picture."


@pytest.mark.parametrize("stream", [False, True])
def test_behind_a_server_it_answers_the_same(stream):
    model = simulated("qwen3_vl", SCENE.truth, manner=Manner(error=0.01), seed=8)
    with serve(answer=model.reply) as server:
        client = dx.load(f"openai:any@{server.url}", stream=stream).vlm
        assert ask(client, WHERE) == ask(model, WHERE)


@pytest.mark.parametrize("kind", sorted(set(kinds()) - {"percent"}))
def test_under_its_contract_deixis_says_and_reads_its_places(kind):
    shown = scene(Size(width=1930, height=1370), num_things=2, seed=5)
    found = simulated(kind, shown.truth)
    model = dx.Model(found)
    for thing in shown.things:
        [region] = model.ask(shown.image, f"Give the bounding box of the {thing.label}.").regions
        quantum, true = model.dialect.quantum(shown.image.size), thing.centre()
        assert abs(region.centre().x - true.x) <= 6 * quantum.x
        assert abs(region.centre().y - true.y) <= 6 * quantum.y


def test_without_a_dialect_of_ours_nothing_is_guessed():
    model = dx.Model(simulated("percent", SCENE.truth))
    told = model.ask(SCENE.image, WHERE)
    assert (told.regions, len(told.unread)) == ((), 1)


def test_a_law_of_your_own_has_no_contract():
    kind = replace(kinds()["pixels"], provider=lambda size: size)
    with pytest.raises(UsageError, match="no name"):
        kind.contract  # noqa: B018  # it is made when it is asked for


def test_deixis_reads_what_it_says():
    model = dx.Model(simulated("gemini", SCENE.truth))
    [region] = model.ask(SCENE.image, WHERE).regions
    assert region.box().xyxy == pytest.approx(FIRST.box().xyxy, abs=0.5)


def test_an_unknown_kind_names_the_nearest():
    with pytest.raises(UnknownNameError, match="qwen2_5_vl"):
        simulated("qwen25_vl", SCENE.truth)


@pytest.mark.parametrize(
    "change", [{"error": 2}, {"wrong": -0.1}, {"follows": {"rectangles"}}], ids=str
)
def test_a_manner_out_of_range_is_refused(change):
    with pytest.raises(UsageError):
        Manner(**change)


def test_what_it_knows_is_in_its_record():
    one, same = (simulated("pixels", SCENE.truth) for _ in range(2))
    other = simulated("pixels", {SCENE.image: SCENE.things[1:]})
    assert one.identity == same.identity != other.identity


def test_a_negative_seed_is_refused():
    with pytest.raises(UsageError, match="seed"):
        simulated("pixels", SCENE.truth, seed=-1)


def test_a_truth_without_names_is_refused():
    with pytest.raises(UsageError, match="label"):
        simulated("pixels", {SCENE.image: [dx.box(1, 2, 3, 4)]})


def test_it_needs_no_torch():
    code = (
        "import sys; from deixis.testing.simulated import scene, simulated; "
        "from deixis.core.size import Size; "
        "simulated('gemini', scene(Size(width=90, height=80), num_things=1).truth); "
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
