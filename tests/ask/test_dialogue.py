"""Dialogues: earlier turns, several pictures, sessions, and regions of any name."""

import functools
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import deixis as dx
from deixis.ask.composer import Exchange
from deixis.ask.knowledge_forms import Knowledge
from deixis.ask.model import Model
from deixis.core.errors import UnsupportedError, UsageError
from deixis.evals.request_key import request_key
from deixis.models.interface import ChatTurn, Question
from deixis.models.load_by_name import load
from deixis.remote.request import fingerprint, request_body
from tests.ask.test_model import CUP, IMAGE, SHORT, Echo

OTHER = dx.Image(pixels=np.full((40, 50, 3), 90, dtype=np.uint8))
DOG = dx.box(2, 3, 20, 20)


@functools.cache
def tiny():
    return dx.load("tiny:qwen2_5_vl")


def shown(sent):
    """How many pictures each question shows."""
    turns = Question(
        pictures=tuple(one.image for one in sent.frames), text=sent.text, earlier=sent.earlier
    ).turns
    return [turn.num_pictures for turn in turns if turn.role == "user"]


def test_earlier_turns_speak_of_regions_and_show_the_picture_once():
    before = Exchange(question="What is {cup}?", answer="{cup} is a cup.")
    answer = tiny().ask(IMAGE, "And {dog}?", history=[before], cup=CUP, dog=DOG, settings=SHORT)
    sent = answer.sent
    assert [turn.role for turn in sent.earlier] == ["user", "assistant"]
    assert all("bbox_2d" in turn.text for turn in sent.earlier)
    assert shown(sent) == [1, 0]


def test_an_answer_is_history_with_its_turns_and_its_picture_is_not_sent_again(tmp_path):
    model = tiny()
    first = model.ask(IMAGE, "What is {cup}?", cup=CUP, settings=SHORT)
    second = model.ask(IMAGE, "Why {{it}}?", history=[first], settings=SHORT)
    third = model.ask(IMAGE, "Sure?", history=[first, second], settings=SHORT)
    assert third.sent.earlier == (
        ChatTurn(role="user", text=first.sent.text, num_pictures=1),
        ChatTurn(role="assistant", text=first.text),
        ChatTurn(role="user", text="Why {it}?"),
        ChatTurn(role="assistant", text=second.text),
    )
    assert model.ask(IMAGE, "Sure?", history=[second], settings=SHORT) == third
    third.sent.save(tmp_path / "sent.json")
    assert model.replay(dx.Sent.load(tmp_path / "sent.json")) == third
    assert third.text != model.ask(IMAGE, "Sure?", settings=SHORT).text


def test_what_is_new_on_the_picture_is_another_picture():
    model = Model(Echo("ok"))
    first = model.ask(IMAGE, "What is {cup}?", cup=dx.drawn(CUP))
    plain = model.ask(IMAGE, "And here?", history=[first])
    again = model.ask(IMAGE, "And {cup}?", history=[first], cup=dx.drawn(CUP))
    crop = model.ask(IMAGE, "And {cup}?", history=[first], cup=dx.cropped(CUP))
    assert (shown(plain.sent), shown(again.sent), shown(crop.sent)) == ([1, 1], [1, 0], [1, 1])
    assert crop.sent.text == "And the object in picture 2?"


def test_several_pictures_are_asked_about_together():
    answer = tiny().ask([IMAGE, OTHER], "Are they alike?", settings=SHORT)
    assert [frame.number for frame in answer.sent.frames] == [1, 2]
    assert [frame.image for frame in answer.sent.frames] == [IMAGE, OTHER]
    with pytest.raises(UsageError, match="regions of several images are not told apart"):
        tiny().ask([IMAGE, OTHER], "What is {cup}?", cup=CUP)


def test_a_server_gets_turns_as_messages(server, build):
    question = Question(
        pictures=(IMAGE, OTHER),
        text="And now?",
        earlier=(
            ChatTurn(role="user", text="What?", num_pictures=1),
            ChatTurn(role="assistant", text="A."),
        ),
    )
    build().generate([question])
    messages = server.bodies[0]["messages"]
    assert [one["role"] for one in messages] == ["user", "assistant", "user"]
    assert [part["type"] for part in messages[0]["content"]] == ["image_url", "text"]
    assert messages[1]["content"] == "A."
    assert [part["type"] for part in messages[2]["content"]] == ["image_url", "text"]


def test_earlier_turns_are_part_of_every_key():
    plain = Question(pictures=(IMAGE,), text="And now?")
    turns = (
        ChatTurn(role="user", text="What?", num_pictures=1),
        ChatTurn(role="assistant", text="A."),
    )
    later = Question(pictures=(IMAGE,), text="And now?", earlier=turns)
    assert request_key(plain, SHORT, {}) != request_key(later, SHORT, {})
    remote = load("openai:m@http://127.0.0.1:9/v1", api_key="none").remote
    assert fingerprint(remote, plain, SHORT) != fingerprint(remote, later, SHORT)
    assert b"And now" in request_body(remote, later, SHORT, stream=False)


def test_a_model_without_a_chat_template_takes_no_earlier_turns():
    with pytest.raises(UnsupportedError, match="takes no earlier turns"):
        dx.load("tiny:blip_2").ask(IMAGE, "And?", history=[Exchange(question="a", answer="b")])


@pytest.mark.parametrize(
    "turns", [[("user", 0)], [("assistant", 0), ("user", 0)], [("user", 2), ("assistant", 0)]]
)
def test_turns_that_make_no_dialogue_are_refused(turns):
    said = tuple(ChatTurn(role=role, text="x", num_pictures=num) for role, num in turns)
    with pytest.raises(UsageError, match="earlier turns"):
        Question(pictures=(IMAGE,), text="?", earlier=said)


def test_a_region_may_have_any_name():
    model = Model(Echo("ok"))
    names = {"system": CUP, "settings": DOG, "strict": CUP, "regions": DOG, "history": CUP}
    text = " ".join(f"{{{name}}}" for name in names)
    assert model.ask(IMAGE, text, regions=names).sent.text.count("bbox_2d") == len(names)
    with pytest.raises(UsageError, match="'cup' is given twice"):
        model.ask(IMAGE, "{cup}", regions={"cup": CUP}, cup=DOG)


@pytest.mark.parametrize("name", ["tiny:llava", "tiny:qwen2_5_vl", "tiny:instructblip"])
def test_a_session_encodes_a_picture_once_and_answers_as_without(name, monkeypatch):
    model = dx.load(name)
    family, calls = model.vlm.family, []
    encode = family.encode
    monkeypatch.setattr(family, "encode", lambda inputs: calls.append(1) or encode(inputs))
    questions = ["What is it?", "Where is {cup}?", "What is it?"]
    regions = [{}, {"cup": CUP}, {}]
    pairs = list(zip(questions, regions, strict=True))
    plain = [model.ask(IMAGE, text, regions=some, settings=SHORT) for text, some in pairs]
    num_plain = len(calls)
    session = model.session(IMAGE)
    assert [session.ask(text, regions=some, settings=SHORT) for text, some in pairs] == plain
    reads_words = name == "tiny:instructblip"
    assert (num_plain, len(calls) - num_plain) == (3, 2 if reads_words else 1)


def test_a_session_looks_once_however_many_ask_at_once():
    looks = []

    def look(image):
        looks.append(1)
        return [dx.box(1, 1, 9, 9, label="mug")]

    model = Model(Echo("ok"), knowledge=Knowledge(look=look, form="told"))
    session = model.session(IMAGE)
    with ThreadPoolExecutor(4) as workers:
        answers = list(workers.map(session.ask, ["What?"] * 8))
    assert len(looks) == 1
    assert {answer.sent.text.splitlines()[1] for answer in answers} == {"What?"}
    later = session.ask("And?", history=[answers[0]])
    assert (later.sent.text, later.sent.earlier[0].text) == ("And?", answers[0].sent.text)


def test_many_questions_about_one_picture_look_once():
    looks = []
    knowledge = Knowledge(look=lambda image: looks.append(1) or [], form="told")
    Model(Echo("ok"), knowledge=knowledge).ask_all([(IMAGE, str(i), {}) for i in range(5)])
    assert len(looks) == 1
