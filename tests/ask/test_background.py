"""The verbs beside an event loop: truly at once over a server, one at a time on this machine."""

import asyncio
import inspect
import threading

import pytest

import deixis as dx
from deixis.core.errors import RemoteError, UsageError
from tests.ask.test_model import CUP, IMAGE, Echo

VERBS = ("ask", "ask_all", "stream", "score", "find")


@pytest.fixture
def remote(server, build):
    def made(**options):
        return dx.Model(build(**options), dialect="qwen3_vl")

    return made


def test_each_verb_has_a_twin_of_the_same_signature():
    for owner in (dx.Model, dx.Session):
        for name in VERBS:
            verb, twin = getattr(owner, name), getattr(owner, f"{name}_async")
            assert inspect.signature(verb) == inspect.signature(twin)


def test_questions_to_a_server_are_under_way_together_and_no_more_than_it_takes(server, remote):
    gate = threading.Barrier(4, timeout=20)
    server.before_reply = lambda body: gate.wait()
    model = remote(concurrency=4)

    async def main():
        return await asyncio.gather(*(model.ask_async(IMAGE, f"{i}") for i in range(12)))

    answers = asyncio.run(main())
    assert [one.text for one in answers] == [f"answer to {i}" for i in range(12)]
    assert server.most_in_flight == 4


def test_the_loop_goes_on_while_a_question_waits(server, remote):
    ticked = threading.Event()
    server.before_reply = lambda body: ticked.wait(20)

    async def main():
        asked = asyncio.ensure_future(remote().ask_async(IMAGE, "a"))
        await asyncio.sleep(0)
        ticked.set()
        return (await asked).text

    assert asyncio.run(main()) == "answer to a"


def test_a_model_on_this_machine_is_asked_one_at_a_time_off_the_loop():
    busy, threads = threading.Lock(), set()

    class Alone(Echo):
        def generate(self, questions, settings=None):
            assert busy.acquire(blocking=False)
            threads.add(threading.current_thread())
            busy.release()
            return super().generate(questions, settings)

    async def main():
        models = [dx.Model(Alone("ok")) for _ in range(3)]
        return await asyncio.gather(*(one.ask_async(IMAGE, "?") for one in models for _ in "123"))

    assert len(asyncio.run(main())) == 9
    assert len(threads) == 1
    assert threading.main_thread() not in threads


def test_words_are_iterated_and_the_answer_is_awaited(server, remote):
    async def main():
        words = remote().stream_async(IMAGE, "What is {cup}?", cup=CUP)
        return [word async for word in words], words.text, (await words.answer()).text

    said, text, whole = asyncio.run(main())
    assert len(said) > 1
    assert "".join(said) == text == whole


def test_errors_come_where_they_are_awaited(server, remote):
    server.then(server.fail(400, "too large"))
    with pytest.raises(RemoteError, match="too large"):
        asyncio.run(remote().ask_async(IMAGE, "a"))
    with pytest.raises(UsageError, match=r"\{it\}"):
        asyncio.run(remote().ask_async(IMAGE, "{it}"))


def test_a_session_and_many_questions_have_twins():
    session = dx.Model(Echo('{"bbox_2d": [0, 0, 500, 500]}')).session(IMAGE)

    async def main():
        found = await session.find_async("the cup", kind="box")
        many = await session.ask_all_async(["a", ("{cup}", {"cup": CUP}), {"question": "c"}])
        return found, many

    found, many = asyncio.run(main())
    assert found.region is not None
    assert [one.sent.text for one in many][::2] == ["a", "c"]
