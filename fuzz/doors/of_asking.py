"""A model and all that it is asked, alone and in a dialogue: their doors."""

from pathlib import Path

import deixis as dx
from fuzz.doors.door import Door, door
from fuzz.doors.good_values import PICTURE, PLACE, a_region, always, an_answer, an_image, model


def of_asking() -> list[Door]:
    """A model and all that it is asked."""
    asked = model()
    common = {"image": an_image, "question": always("What is {cup}?")}
    how = {
        **{
            "regions": lambda: {"cup": a_region()},
            "history": always(()),
            "system": always("Be brief."),
        },
        **{"settings": always(None), "max_new_tokens": always(9), "temperature": always(0.0)},
        **{"top_p": always(None), "seed": always(3), "stop": always(()), "strict": always(False)},
    }
    words = {"image": PICTURE, "question": ("question",), "regions": ("cup", *PLACE)}
    words |= {"what": ("a thing", "what", "question"), "cup": ("cup", *PLACE)}
    words |= {"prompts": ("cannot read",)}
    load = {"dialect": always(None), "contract": always(None), "knowledge": always(None)}
    load |= {"sources": always(None), "looking": always(None), "pixel": always(None)}
    found = {
        "kind": always("point"),
        "many": always(False),
        "refine": always(0),
        "scale": always(1.0),
    }
    name = "openai:gpt-4o@http://127.0.0.1:9/v1"
    return [
        door("Model.ask", asked.ask, by_place=2, words=words, **common, **how),
        door("Model.ask by name", asked.ask, by_place=2, words=words, **common, cup=a_region),
        door("Model.stream", asked.stream, by_place=2, words=words, **common, **how),
        door(
            "Model.ask_all",
            asked.ask_all,
            by_place=1,
            words={"questions": ("question",)},
            questions=lambda: [(an_image(), "What?")],
            on_error=always("raise"),
        ),
        door(
            "Model.ask_all of one",
            lambda **one: asked.ask_all([one]),
            words=words,
            **common,
            regions=how["regions"],
        ),
        door(
            "Model.find",
            asked.find,
            by_place=2,
            words=words,
            image=an_image,
            what=always("cup"),
            **found,
            prompt=always(None),
            prompts=always(None),
        ),
        door("Model.session", asked.session, by_place=1, words=words, image=an_image),
        door(
            "Session.ask",
            asked.session(an_image()).ask,
            by_place=1,
            words=words,
            question=always("What is {cup}?"),
            regions=how["regions"],
        ),
        door("Model.replay", asked.replay, by_place=1, sent=lambda: an_answer().sent),
        door(
            "Model",
            dx.Model,
            by_place=1,
            vlm=lambda: asked.vlm,
            dialect=always(None),
            contract=always(None),
        ),
        door(
            "load",
            dx.load,
            by_place=1,
            words={"name": ("model", "checkpoint")},
            name=always(name),
            **load,
        ),
        door(
            "Generation",
            dx.Generation,
            words={"stop": ("stop",)},
            max_new_tokens=always(3),
            temperature=always(0.5),
            top_p=always(0.5),
            seed=always(3),
            stop=always(()),
        ),
        door("Question", dx.Question, images=lambda: (an_image(),), text=always("a")),
    ]


def _chat() -> dx.Chat:
    return model().chat(an_image())


def _saved() -> str:
    if not Path("chat.json").exists():
        _asked_chat().save("chat.json")
    return "chat.json"


def of_chats() -> list[Door]:
    """Dialogues, and what was said before."""
    words = {"question": ("question",), "regions": ("cup", *PLACE), "images": PICTURE}
    words |= {"path": ("file", "chat")}
    asked = {"question": always("What is {cup}?"), "regions": lambda: {"cup": a_region()}}
    how = {"system": always("Be brief."), "max_new_tokens": always(9), "settings": always(None)}
    return [
        door(
            "Model.chat",
            model().chat,
            by_place=1,
            words=words,
            images=an_image,
            history=always(()),
        ),
        door("Chat.ask", _chat().ask, by_place=1, words=words, **asked, **how),
        door("Chat.stream", _chat().stream, by_place=1, words=words, **asked, **how),
        door("Chat.add", lambda **one: _chat().add(one["answer"]), answer=an_answer),
        door(
            "Chat.save",
            lambda **one: _asked_chat().save(one["path"]),
            words=words,
            path=always("kept.json"),
        ),
        door("Chat.load", dx.Chat.load, words=words, path=_saved, model=model),
        door("Exchange", dx.Exchange, question=always("a"), answer=always("b"), frames=always(())),
    ]


def _asked_chat() -> dx.Chat:
    chat = _chat()
    chat.ask("What?")
    return chat
