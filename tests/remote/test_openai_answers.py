"""Questions on their way out, and answers on their way back."""

import base64
import io
import threading

import numpy as np
import pytest
import torch
from PIL import Image as PIL

from deixis.core.errors import RemoteError, UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.models.interface import Completion, Generation, Question


@pytest.fixture(params=[False, True], ids=["whole", "streamed"])
def stream(request):
    return request.param


@pytest.fixture
def picture():
    colours = np.random.default_rng(7).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    return Image(pixels=colours)


def sent_picture(server, index=0):
    url = server.bodies[0]["messages"][-1]["content"][index]["image_url"]["url"]
    kind, _, data = url.partition(";base64,")
    return kind, np.asarray(PIL.open(io.BytesIO(base64.b64decode(data))))


def test_answers_come_in_the_order_of_the_questions(server, build, ask, stream):
    server.before_reply = lambda body: threading.Event().wait(0.002 * (len(server.bodies) % 3))
    texts = [f"question {number}" for number in range(20)]
    answers = build(stream=stream).generate(ask(*texts))
    assert [answer.text for answer in answers] == [f"answer to {text}" for text in texts]


def test_no_questions_are_no_answers(server, build):
    assert build().generate([]) == []
    assert server.bodies == []


def test_a_question_is_posted_with_its_pictures_first(server, build, picture):
    build().generate([Question(pictures=(picture, picture), text="same?", system="Be brief.")])
    assert [request.path for request in server.requests] == ["/v1/chat/completions"]
    system, user = server.bodies[0]["messages"]
    assert system == {"role": "system", "content": "Be brief."}
    assert [part["type"] for part in user["content"]] == ["image_url", "image_url", "text"]


def test_every_setting_is_sent(server, build, ask):
    settings = Generation(max_new_tokens=9, temperature=0.5, top_p=0.9, seed=3, stop=("\n",))
    build().generate(ask("?"), settings)
    body = {name: value for name, value in server.bodies[0].items() if name != "messages"}
    assert body == {
        "model": "tiny",
        "max_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.9,
        "seed": 3,
        "stop": ["\n"],
        "stream": False,
    }


def test_a_schema_is_sent_as_the_form_of_the_answer(server, build, ask):
    build().generate(ask("?"), Generation(schema='{"type": "object"}'))
    form = server.bodies[0]["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["schema"] == {"type": "object"}


@pytest.mark.parametrize("schema", ["[1]", "{", "text", "[" * 100_000])
def test_a_schema_is_a_json_object(schema):
    with pytest.raises(UsageError, match="a schema is a JSON object, as text, got"):
        Generation(schema=schema)


def test_a_picture_arrives_pixel_for_pixel(server, build, picture):
    build().generate([Question(pictures=(picture,), text="?")])
    kind, pixels = sent_picture(server)
    assert kind == "data:image/png"
    assert np.array_equal(pixels, picture.pixels)


def test_jpeg_is_sent_where_it_is_asked_for(server, build, picture):
    build(image_format="jpeg").generate([Question(pictures=(picture,), text="?")])
    kind, pixels = sent_picture(server)
    assert kind == "data:image/jpeg"
    assert pixels.shape == (5, 7, 3)


def test_pixels_are_cut_to_their_range_and_rounded(server, build):
    pixels = torch.tensor([-3.0, 0.4, 0.6, 254.7, 300.0, 9.0]).repeat(3).reshape(3, 2, 3)
    build().generate([Question(pictures=(pixels.requires_grad_(),), text="?")])
    assert sent_picture(server)[1][..., 0].tolist() == [[0, 0, 1], [255, 255, 9]]


def test_pixels_that_are_not_numbers_are_refused_before_anything_is_sent(server, build):
    with pytest.raises(UsageError, match="got NaN or infinity"):
        build().generate([Question(pictures=(torch.full((3, 2, 4), torch.nan),), text="?")])
    assert server.bodies == []


def test_the_same_greedy_question_is_sent_once(server, build, ask, stream):
    answers = build(stream=stream).generate(ask("a", "b", "a", "a", "b"))
    assert sorted(server.texts) == ["a", "b"]
    assert [answer.text[-1] for answer in answers] == ["a", "b", "a", "a", "b"]


def test_the_same_words_on_other_pixels_are_another_question(server, build, picture):
    other = Image(pixels=255 - picture.pixels)
    build().generate([Question(pictures=(each,), text="?") for each in (picture, other)])
    assert len(server.bodies) == 2


def test_the_same_sampled_question_is_sent_each_time(server, build, ask):
    build().generate(ask("a", "a", "a"), Generation(temperature=0.7))
    assert server.texts == ["a", "a", "a"]


def test_as_many_requests_as_allowed_are_under_way_and_no_more(server, build, ask):
    meet = threading.Barrier(4)  # breaks unless four are there at the same time
    server.before_reply = lambda body: meet.wait(timeout=5)
    build(concurrency=4).generate(ask(*map(str, range(12))))
    assert server.most_in_flight == 4


def test_two_callers_share_the_bound(server, build, ask):
    model = build(concurrency=2)
    server.before_reply = lambda body: threading.Event().wait(0.01)
    callers = [
        threading.Thread(target=model.generate, args=(ask(*(f"{caller}{n}" for n in range(6))),))
        for caller in "ab"
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert (len(server.bodies), server.most_in_flight) == (12, 2)


@pytest.mark.parametrize(
    ("reason", "finish"),
    [("stop", "stop"), ("eos_token", "stop"), ("length", "length"), ("max_tokens", "length")],
)
def test_finish_tells_why_the_words_ended(server, build, ask, stream, reason, finish):
    server.answer = lambda body: server.say(body, "three words here", reason)
    [answer] = build(stream=stream).generate(ask("?"))
    assert answer == Completion(text="three words here", finish=finish)


@pytest.mark.parametrize("text", ["", "Grüße, 世界 👋🏽", ' "quoted"\n\n', "one\ud83d\ude00two"])
def test_streaming_on_and_off_give_the_same_completion(server, build, ask, text):
    server.answer = lambda body: server.say(
        body, text.encode("utf-16", "surrogatepass").decode("utf-16")
    )
    whole, streamed = (build(stream=way).generate(ask("?")) for way in (False, True))
    assert whole == streamed


def test_stream_gives_the_words_as_they_come(server, build, ask):
    assert list(build().stream(ask("me")[0])) == ["answer", " ", "to me"]


def test_the_value_of_a_stream_is_its_completion(server, build, ask):
    words = build().stream(ask("me")[0])
    for _ in range(3):
        next(words)
    with pytest.raises(StopIteration) as end:
        next(words)
    assert end.value.value == Completion(text="answer to me")


def test_a_stream_that_nobody_reads_on_gives_its_place_back(server, build, ask):
    model = build(concurrency=1)
    words = model.stream(ask("a")[0])
    next(words)
    words.close()
    assert model.generate(ask("b"))[0].text == "answer to b"


def test_the_key_is_sent_as_a_bearer_token(server, build, ask, key):
    build().generate(ask("?"))
    assert server.requests[0].headers["Authorization"] == f"Bearer {key}"


def test_without_a_key_no_authorization_is_sent(server, build, ask):
    build(api_key="").generate(ask("?"))
    assert "Authorization" not in server.requests[0].headers


def test_proxies_of_the_environment_are_not_used(server, build, ask, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert build().generate(ask("a"))[0].text == "answer to a"


def test_a_closed_model_says_so(server, build, ask):
    model = build()
    with model:
        pass
    with pytest.raises(UsageError, match="is closed"):
        model.generate(ask("?"))


@pytest.mark.parametrize(
    "deed",
    [
        lambda model: model.answer_logprobs(Question(pictures=(), text="?"), ["a"]),
        lambda model: model.loss([]),
        lambda model: model.prepare(torch.zeros(3, 2, 4)),
        lambda model: model.vision_tokens([]),
        lambda model: model.token_grid(Size(width=2, height=3)),
        lambda model: model.with_token_change(None),
    ],
)
def test_what_a_server_cannot_do_is_a_clear_error(build, deed):
    with pytest.raises(UnsupportedError, match=r"openai:tiny@http.* cannot"):
        deed(build())


def test_what_was_answered_is_kept_when_one_fails(server, build, ask):
    server.answer = lambda body: (
        server.fail(400, "too dark") if server.texts[-1] == "c" else server.say(body)
    )
    with pytest.raises(RemoteError, match=r"question 3 of 5 failed: .*too dark.*2 were") as failed:
        build(concurrency=1).generate(ask("a", "b", "c", "d", "a"))
    had = failed.value.answers
    assert [answer and answer.text for answer in had] == [
        "answer to a",
        "answer to b",
        None,
        None,
        None,
    ]


def test_after_a_failure_no_further_question_is_sent(server, build, ask):
    server.then(server.fail(500))
    with pytest.raises(RemoteError):
        build(concurrency=1).generate(ask(*"abcdef"))
    assert server.texts == ["a"]


def test_a_failure_of_all_that_is_the_users_mistake_stays_a_usage_error(server, build, ask):
    server.answer = lambda body: server.fail(401, "bad key")
    with pytest.raises(UsageError, match=r"401: bad key; pass another api_key"):
        build(concurrency=1).generate(ask("a", "b"))


@pytest.mark.parametrize("known", [False, True], ids=["function", "prompt"])
def test_a_pixel_change_is_sent_as_whole_numbers_of_0_to_255(server, build, picture, known):
    from deixis.pixel.prompts import Layout
    from deixis.pixel.prompts import build as build_prompt

    change = lambda pixels: pixels * 3 - 200.4  # noqa: E731
    model = build()
    if known:
        change = build_prompt("full", Layout(side=5, width=2, start="noise"))
    changed = model.with_pixel_change(change)
    changed.generate([Question(pictures=(picture,), text="what?")])
    _, sent = sent_picture(server)
    pixels = torch.from_numpy(picture.pixels.copy()).permute(2, 0, 1).float()
    with torch.no_grad():
        expected = change(pixels).clamp(0, 255).round().permute(1, 2, 0).numpy()
    assert np.array_equal(sent, expected)
    size = Size(width=7, height=5)
    assert changed.views(size)[0].size == (Size(width=5, height=5) if known else size)
    assert changed.record["changed"] == ("" if known else "pixels")
    assert ("pixel digest" in changed.record) == known
    assert model.record == {}
