"""Checked regions: what an answer rests on, shown alone and hidden."""

import pytest

import deixis as dx
from deixis.ask.answer import Cited
from deixis.core.errors import UsageError
from deixis.core.shapes import Box
from deixis.core.size import Size
from deixis.evals.intervals import wilson
from tests.ask.seers import GREY, Reader, ground, written
from tests.ask.test_find import Script, boxed
from tests.ask.test_model import IMAGE
from tests.long import night

SIZE = Size(width=1920, height=1080)
SIGN = {"sign": ("QUILT", Box(x0=1500, y0=800, x1=1660, y1=850))}
QUESTION = "What does the sign say?"


def asked(way, **options):
    reader = Reader(SIGN, way=way)
    picture = ground(SIZE.width, SIZE.height)
    return reader, dx.Model(reader).ask(picture, QUESTION, cite=True, **options)


def test_a_model_that_looks_is_confirmed():
    reader, answer = asked("looks")
    cited = answer.cited
    assert answer.text == "QUILT"
    assert cited.verdict == "confirmed"
    assert (cited.agreement, cited.hidden_agreement) == (1.0, 0.0)
    assert cited.region.box().x0 == pytest.approx(1500, abs=40)
    assert (cited.crop.text, cited.hidden.text) == ("QUILT", "I cannot see the sign.")
    assert cited.chance == cited.window.area / SIZE.area < 0.05
    assert len(reader.questions) == 4


def test_the_crop_shows_the_window_and_the_other_picture_all_but_it():
    reader, answer = asked("looks")
    left, top, right, bottom = (int(edge) for edge in answer.cited.window.xyxy)
    whole = ground(SIZE.width, SIZE.height).pixels
    crop, hidden = (question.pictures[0].pixels for question in reader.questions[2:])
    assert (crop == whole[top:bottom, left:right]).all()
    assert (hidden[top:bottom, left:right] == GREY).all()
    hidden = hidden.copy()
    hidden[top:bottom, left:right] = whole[top:bottom, left:right]
    assert (hidden == whole).all()


def test_the_window_has_room_for_a_model_s_error():
    _, answer = asked("looks")
    box, window = answer.cited.region.box(), answer.cited.window
    assert box.x0 - window.x0 == pytest.approx(0.1 * box.width + 0.04 * SIZE.width, abs=1)
    assert window.y1 - box.y1 == pytest.approx(0.1 * box.height + 0.04 * SIZE.height, abs=1)


def test_a_region_that_is_made_up_is_unsupported():
    _, answer = asked("invents")
    assert answer.cited.verdict == "unsupported"
    assert (answer.cited.agreement, answer.cited.hidden_agreement) == (0.0, 1.0)


def test_an_answer_from_memory_needs_no_region():
    _, answer = asked("remembers")
    assert answer.cited.verdict == "not needed"


def test_a_region_that_is_needed_but_not_enough_is_told():
    model = Script("red", boxed(400, 400, 500, 500), "blue", "green")
    assert dx.Model(model).ask(IMAGE, "Which?", cite=True).cited.verdict == "not enough"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("red", "nowhere"), "the answer names no place: 'nowhere'"),
        ((" ",), "the model said nothing that could rest on any"),
        (
            ("red", boxed(0, 0, 500, 500)),
            "the window around the region is 36% of the picture, too much to tell by",
        ),
    ],
)
def test_where_nothing_can_be_checked_the_reason_is_told(words, why):
    model = Script(*words)
    cited = dx.Model(model).ask(IMAGE, "Which?", cite=True).cited
    assert cited.verdict == "unknown"
    assert cited.why.startswith(why)
    assert model.words == []


def test_the_region_is_asked_for_with_the_question_and_the_answer():
    reader, _ = asked("looks")
    words = "the place that shows the answer to the question “What does the sign say?”, which is"
    assert f"{words} “QUILT”" in reader.questions[1].text


def test_settings_and_system_are_those_of_the_answer():
    reader, _ = asked("looks", system="Be brief.")
    assert [question.system for question in reader.questions] == [
        "Be brief.",
        None,
        "Be brief.",
        "Be brief.",
    ]


def test_a_judge_may_decide_what_agrees():
    told = []

    def judge(question, answer, other):
        told.append((question, answer, other))
        return 0.8

    _, answer = asked("looks", judge=judge)
    assert told[0] == (QUESTION, "QUILT", "QUILT")
    assert answer.cited.verdict == "not needed"


def test_a_judge_of_other_numbers_is_refused():
    with pytest.raises(UsageError, match=r"a judge tells how far two answers agree, 0..1, got 7"):
        asked("looks", judge=lambda *_: 7.0)


def test_regions_of_the_question_are_in_the_crop():
    model = Script("red", boxed(600, 600, 700, 700), "red", "blue")
    picture = ground(1000, 1000)
    cup = dx.box(100, 100, 200, 200)
    answer = dx.Model(model).ask(picture, "Is {it} red?", cite=True, it=cup)
    assert answer.cited.window == Box(x0=550, y0=550, x1=750, y1=750)
    crop, hidden = model.asked[2:]
    assert crop.pictures[0].size == Size(width=650, height=650)
    said = dx.dialects.get("qwen3_vl")().read(crop.text, crop.pictures[0].size).regions[0]
    assert (said.box().x0, said.box().y0) == (0, 0)
    assert said.box().x1 == pytest.approx(100, abs=1)
    assert (hidden.pictures[0].pixels == GREY).all(axis=2).sum() == 200 * 200
    assert "[100, 100, 200, 200]" in hidden.text


def test_an_encoded_region_of_the_question_is_drawn_in_the_crop():
    model = Script("red", boxed(600, 600, 700, 700), "red", "blue")
    cup = dx.drawn(dx.box(100, 100, 200, 200), "rectangle")
    answer = dx.Model(model).ask(ground(1000, 1000), "Is {it} red?", cite=True, it=cup)
    assert answer.cited.verdict == "confirmed"
    assert "rectangle" in model.asked[2].text


def test_a_point_is_looked_at_with_a_tenth_around_it():
    model = Script("red", '<point x="50" y="50" alt="x">x</point>', "red", "blue", dialect="molmo")
    answer = dx.Model(model).ask(ground(1000, 800), "Which?", cite=True)
    assert answer.cited.window == Box(x0=360, y0=268, x1=640, y1=532)


def test_a_dialogue_and_several_pictures_are_not_cited():
    script = Script("red")
    model = dx.Model(script)
    before = model.ask(IMAGE, "Which?")
    for image, history in ((IMAGE, [before]), ([IMAGE, IMAGE], [])):
        with pytest.raises(UsageError, match="give one, and no history"):
            model.ask(image, "Why?", history=history, cite=True)
    assert len(script.asked) == 1


def test_the_numbers_of_a_place_in_the_words_are_no_part_of_what_agrees():
    said = (f"A cup {boxed(*edges)}." for edges in ((400, 400, 500, 500), (30, 40, 900, 910)))
    script = Script(next(said), boxed(400, 400, 500, 500), next(said), "a dog")
    cited = dx.Model(script).ask(IMAGE, "What is it?", cite=True).cited
    assert cited.verdict == "confirmed"
    assert "which is “A cup .”" in script.asked[1].text


def test_what_a_model_thinks_is_no_answer_to_be_cited():
    script = Script("<think>Is it blue?</think>red", boxed(400, 400, 500, 500), "red", "blue")
    cited = dx.Model(script).ask(IMAGE, "Which?", cite=True).cited
    assert "which is “red”" in script.asked[1].text
    assert cited.verdict == "confirmed"


def test_a_session_cites_too():
    reader = Reader(SIGN)
    session = dx.Model(reader).session(ground(SIZE.width, SIZE.height))
    assert session.ask(QUESTION, cite=True).cited.verdict == "confirmed"


def test_nothing_is_cited_where_it_was_not_asked_for():
    assert dx.Model(Script("red")).ask(IMAGE, "Which?").cited is None


def test_a_record_tells_the_words_of_every_answer():
    _, answer = asked("looks")
    record = answer.cited.record()
    assert record["verdict"] == "confirmed"
    assert (record["crop"], record["hidden"]) == ("QUILT", "I cannot see the sign.")
    empty = Cited(region=None, found=None, why="so").record()
    assert (empty["verdict"], empty["crop"], empty["why"]) == ("unknown", None, "so")


def confirmed(way, count, *, error=0.01):
    """The share of answers of one kind of model whose region is confirmed, and its interval."""
    signs = written(count, SIZE, seed=3)
    model = dx.Model(Reader(signs, way=way, error=error))
    picture = ground(SIZE.width, SIZE.height)
    verdicts = [model.ask(picture, f"What is on {name}", cite=True).cited.verdict for name in signs]
    right = verdicts.count("confirmed")
    return right / count, wilson(right, count)


@pytest.mark.parametrize("way", ["invents", "remembers"])
def test_a_model_that_looks_is_told_from_one_that_does_not(way):
    looks, _ = confirmed("looks", 20)
    other, _ = confirmed(way, 20)
    assert other <= 0.1 < 0.8 <= looks


@pytest.mark.parametrize("error", [night(0.01), night(0.02)])
def test_three_hundred_answers_tell_them_apart_with_room_between(error):
    _, looks = confirmed("looks", 300, error=error)
    for way in ("invents", "remembers"):
        _, other = confirmed(way, 300)
        assert other.high < 0.1 < 0.8 < looks.low
