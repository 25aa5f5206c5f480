"""A chat remembers what was said, shows it, and is saved."""

import asyncio
import json

import pytest

import deixis as dx
from deixis.core.errors import UsageError
from tests.ask.test_find import Script, boxed, shot
from tests.ask.test_model import CUP, IMAGE, Echo
from tests.unhooked import unhooked

MODEL = dx.Model(Echo("yes"))


def test_each_question_comes_with_what_was_said_before():
    chat = MODEL.chat(IMAGE)
    first = chat.ask("What is {cup}?", cup=CUP)
    second = chat.ask("Is it {{red}}?", max_new_tokens=3)
    assert second.sent.earlier == MODEL.ask(IMAGE, "x", history=[first]).sent.earlier
    assert len(second.sent.frames) == 1
    assert second.sent.settings.max_new_tokens == 3
    third = chat.ask("And?")
    assert [turn.text for turn in third.sent.earlier][1::2] == ["yes", "yes"]
    assert MODEL.ask(IMAGE, "So?", history=chat).sent.earlier[-2].text == "And?"


def test_streamed_and_awaited_answers_are_turns():
    chat = MODEL.chat(IMAGE)
    words = chat.stream("What?")
    assert len(chat) == 0
    assert words.answer.text == "yes"
    asyncio.run(chat.ask_async("Why?"))
    assert chat.turns == [("What?", "yes"), ("Why?", "yes")]


def test_it_shows_itself():
    chat = MODEL.chat(IMAGE)
    chat.ask("What?")
    assert repr(chat) == "Chat('echo', 1 question)"
    assert str(chat) == "> What?\nyes"


def test_it_may_begin_with_what_others_said_and_takes_no_other_history():
    chat = MODEL.chat(IMAGE, history=[dx.Exchange(question="What is {cup}?", answer="A cup.")])
    chat.ask("Sure of {cup}?", cup=CUP)
    chat.ask("Really?")
    assert len(chat) == 3
    with pytest.raises(UsageError, match="a chat has its own history"):
        chat.ask("x", history=[])


def test_it_is_saved_and_goes_on(tmp_path):
    chat = MODEL.chat(IMAGE)
    chat.ask("What is {cup}?", cup=dx.drawn(CUP))
    chat.ask("Is it red?")
    chat.save(tmp_path / "chat.json")
    again = dx.Chat.load(tmp_path / "chat.json", MODEL)
    assert again.turns == chat.turns
    assert again.images == chat.images
    assert again.ask("And {cup}?", cup=CUP).sent == chat.ask("And {cup}?", cup=CUP).sent


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "chat.json"
    with pytest.raises(UsageError, match="nothing to save"):
        MODEL.chat(IMAGE).save(path)
    chat = MODEL.chat(IMAGE)
    chat.ask("What?")
    chat.save(path)
    whole = json.loads(path.read_text(encoding="utf-8"))
    for change in ({"deixis": "chat/9"}, {"images": 5}, {"images": [{"png": "!!", "source": ""}]}):
        path.write_text(json.dumps(whole | change), encoding="utf-8")
        with pytest.raises(UsageError, match="not a saved chat"):
            dx.Chat.load(path, MODEL)
    with pytest.raises(UsageError, match="not a saved chat"):
        dx.Chat.load(tmp_path / "none.json", MODEL)


def test_what_cannot_be_said_saved_or_loaded_is_refused(tmp_path):
    chat = MODEL.chat(IMAGE)
    chat.ask("What?")
    for refused, words in (
        (lambda: MODEL.chat(IMAGE, history=3), "history is a list of answers and exchanges"),
        (lambda: MODEL.chat(IMAGE, history=["What?"]), "history holds answers and exchanges"),
        (lambda: chat.add("yes"), "answer is an Answer, got 'yes'"),
        (lambda: chat.save(b"chat.json"), "path is a path"),
        (lambda: chat.save(""), "path is a path that is not empty"),
        (lambda: dx.Chat.load(range(3), MODEL), "path is a path"),
        (lambda: dx.Chat.load(tmp_path / "chat.json", "nano"), "model is a Model"),
        (lambda: dx.Exchange(question=5, answer="a"), "an exchange's question is text, got 5"),
        (lambda: dx.Exchange(question="a", answer="b", frames=[IMAGE]), "each of an exchange's"),
    ):
        with unhooked(), pytest.raises(UsageError, match=words):
            refused()


def test_in_a_notebook_its_turns_have_their_pictures_and_the_regions_answered():
    chat = dx.Model(Script("no <b>", boxed(100, 100, 300, 300), "no")).chat(shot())
    assert "nothing was asked" in chat._repr_html_()
    chat.ask("Is it there?")
    assert chat._repr_html_().count("<img") == 1
    chat.ask("Where is it?")
    block = chat._repr_html_()
    assert block.count("<img") == 2  # the second has the region on it
    assert block.index("Is it there?") < block.index("no &lt;b&gt;") < block.index("Where is it?")
    assert "1 region" in block
    chat.ask("And?")
    assert chat._repr_html_().count("<img") == 2


def test_a_long_chat_shows_its_newest_turns():
    chat = MODEL.chat(
        IMAGE, history=[dx.Exchange(question=f"q{at}", answer="a") for at in range(30)]
    )
    assert "q9<" not in chat._repr_html_()
    assert "q10<" in chat._repr_html_()
    assert "10 turns earlier" in chat._repr_html_()
