"""One way of calling: every verb takes pictures, words, regions and settings alike."""

import inspect
import json
import subprocess
import sys

import numpy as np
import pytest

import deixis as dx
from deixis.ask.composer import Exchange
from deixis.core.errors import UnknownNameError, UsageError
from tests.ask.test_model import CUP, IMAGE, Echo

MODEL = dx.Model(Echo('a cup {"bbox_2d": [250, 500, 500, 1000], "label": "cup"} there'))
DOG = dx.box(2, 3, 20, 20)


class Words(Echo):
    """Says its words one by one, and what settings it was given."""

    def generate(self, questions, settings=None):
        self.settings = settings
        return super().generate(questions, settings)

    def stream(self, question, settings=None):
        (completion,) = self.generate([question], settings)
        for word in completion.text.split(" "):
            yield word + " "
        return completion


def ask(**given):
    return MODEL.ask(IMAGE, "What is {cup}?", cup=CUP, **given)


def test_a_placeholder_without_a_region_is_refused_and_the_literal_form_is_told():
    with pytest.raises(UsageError, match=r"speaks of \{it\}.*pass it=….*write \{\{it\}\}"):
        MODEL.ask(IMAGE, "What is {it}?")
    with pytest.raises(UnknownNameError, match="did you mean 'cup'"):
        MODEL.ask(IMAGE, "What is {cap}, and {cup}?", cup=CUP)
    with pytest.raises(UsageError, match=r"speaks of \{it\}"):
        MODEL.ask(IMAGE, "Why?", history=[Exchange(question="{it}?", answer="no")])


def test_a_region_without_a_placeholder_is_refused():
    with pytest.raises(UsageError, match=r"does not mention the region 'cup': write \{cup\}"):
        MODEL.ask(IMAGE, "What is it?", cup=CUP)


NAMES = ["system", "settings", "strict", "seed", "history", "regions"]


@pytest.mark.parametrize("name", NAMES)
def test_a_region_may_be_called_like_an_option_in_the_dict_form(name):
    assert "bbox_2d" in MODEL.ask(IMAGE, f"{{{name}}}?", regions={name: CUP}).sent.text


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ('Answer as {"x": 1, "y": {"z": []}}', 'Answer as {"x": 1, "y": {"z": []}}'),
        ("What is {{it}}?", "What is {it}?"),
        ("{ it } {} {1} {a b}", "{ it } {} {1} {a b}"),
    ],
)
def test_braces_that_are_no_placeholder_are_text(text, sent):
    assert MODEL.ask(IMAGE, text).sent.text == sent
    with_region = MODEL.ask(IMAGE, f"{text} {{cup}}", cup=CUP).sent.text
    assert with_region.startswith(sent)


def test_settings_by_keyword_go_before_those_of_a_generation():
    told = ask(max_new_tokens=2, seed=3, settings=dx.Generation(max_new_tokens=9, top_p=0.5))
    assert told.sent.settings == dx.Generation(max_new_tokens=2, seed=3, top_p=0.5)
    assert ask(temperature=1, stop=["a"]).sent.settings == dx.Generation(temperature=1, stop=("a",))


WRONG = [
    *((f"What is {{{name}}}?", {name: "CUP"}, f'regions={{"{name}": …}}') for name in NAMES),
    ("?", {"max_new_tokens": "'2'"}, "max_new_tokens is a whole number, got '2'"),
    ("?", {"seed": "True"}, "seed is a whole number, got True"),
    ("?", {"system": "5"}, "system is text, got 5"),
    (
        "?",
        {"history": "'before'"},
        "history is a list of answers and exchanges, or a chat, got 'before'",
    ),
    ("?", {"history": "['before']"}, "history holds answers and exchanges, got 'before'"),
    ("?", {"strict": "'yes'"}, "strict is True or False, got 'yes'"),
    ("?", {"max_new_tokens": "0"}, "max_new_tokens is at least 1, got 0"),
    ("{it}", {"it": "5"}, "the region 'it' is a Region, a box's four numbers"),
]
SCRIPT = """
import json, sys
import numpy as np
import deixis as dx
from deixis.testing import serve
from deixis.core.errors import UsageError
CUP = dx.box(8, 12, 40, 30)
with serve() as server:
    model = dx.load(f"openai:any@{server.url}", dialect="qwen3_vl")
    for text, given in json.loads(sys.argv[1]):
        try:
            given = {name: eval(value) for name, value in given.items()}
            model.ask(np.zeros((48, 64, 3), np.uint8), text, **given)
            print("not refused")
        except UsageError as error:
            print(error)
    assert server.bodies == []
"""


def test_what_is_of_the_wrong_kind_is_refused_before_it_is_sent():
    cases = json.dumps([(text, given) for text, given, _ in WRONG])
    script = [sys.executable, "-c", SCRIPT, cases]  # the tests' own checks of types are not there
    told = subprocess.run(script, capture_output=True, text=True, check=True).stdout.splitlines()
    for (_, _, words), line in zip(WRONG, told, strict=True):
        assert words in line


def test_any_form_of_a_picture_is_opened():
    pixels = np.asarray(IMAGE.pixels)
    for form in (IMAGE, pixels, IMAGE.pil(), IMAGE.png(), [pixels], (IMAGE,)):
        assert MODEL.ask(form, "What?").sent.frames[0].image == IMAGE


def test_any_form_of_a_region_is_taken():
    box = (8, 12, 40, 30)
    for form in (box, list(box), np.array(box), {"bbox": [8, 12, 32, 18]}, dx.box(*box)):
        assert (
            MODEL.ask(IMAGE, "{it}", it=form).sent.text
            == MODEL.ask(IMAGE, "{it}", it=dx.box(*box)).sent.text
        )


def test_a_stream_takes_what_ask_takes_and_ends_in_the_answer():
    vlm = Words('a cup {"bbox_2d":[250,500,500,1000],"label":"cup"} there')
    model = dx.Model(vlm)
    words = model.stream(IMAGE, "What is {cup}?", cup=CUP, max_new_tokens=7)
    seen = [(word, len(words.regions)) for word in words]
    assert [num for _, num in seen] == [0, 0, 1, 1]
    assert vlm.settings.max_new_tokens == 7
    assert words.answer == model.ask(IMAGE, "What is {cup}?", cup=CUP, max_new_tokens=7)
    assert words.regions == words.answer.regions
    unread = model.stream(IMAGE, "What is {cup}?", cup=CUP)
    assert unread.answer.text == vlm.words


def test_a_stream_that_broke_off_is_no_answer():
    class Broken(Words):
        def stream(self, question, settings=None):
            yield "half"
            raise UsageError("gone")

    words = dx.Model(Broken("")).stream(IMAGE, "What?")
    with pytest.raises(UsageError, match="gone"):
        list(words)
    with pytest.raises(UsageError, match="broke off after 'half'"):
        words.answer  # noqa: B018  # it is what is refused
    closed = dx.Model(Words("a b c")).stream(IMAGE, "What?")
    next(closed)
    closed.close()
    with pytest.raises(UsageError, match="broke off after 'a '"):
        closed.answer  # noqa: B018


def test_a_mistake_is_told_before_the_first_word_is_wanted():
    with pytest.raises(UsageError, match="cite"):
        MODEL.stream(IMAGE, "What?", cite=True)
    with pytest.raises(UsageError, match=r"\{it\}"):
        MODEL.stream(IMAGE, "What is {it}?")


def test_the_signature_of_each_verb_is_told():
    verbs = {name: inspect.signature(getattr(dx.Model, name)) for name in ("ask", "stream")}
    assert list(verbs["ask"].parameters)[:5] == ["self", "image", "question", "regions", "history"]
    assert verbs["ask"].parameters == verbs["stream"].parameters
    session = inspect.signature(dx.Session.ask)
    assert list(session.parameters)[:3] == ["self", "question", "regions"]
    assert "region" in (dx.Session.ask.__doc__ or "")


def test_a_session_has_the_verbs_of_a_model():
    session = MODEL.session(IMAGE)
    assert (
        session.ask("What is {cup}?", cup=CUP, max_new_tokens=3).sent.settings.max_new_tokens == 3
    )
    assert session.stream("What is {cup}?", cup=CUP).answer.regions
    assert session.find("the cup", kind="box").region is not None
