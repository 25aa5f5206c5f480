"""What an engine answers to OpenAI's clients, whole and in pieces: words and tools."""

import json

from deixis.testing import FakeServer

SAID = '[{"bbox_2d": [404, 366, 748, 688]}]'
TEXTS = (f"a cup {SAID}.", "two: [101, 200, 300, 400]")
CALLS = (("look_up", '{"name": "cup"}'), ("pour", '{"into": "the cup", "ml": 250}'))
USAGE = {"prompt_tokens": 90, "completion_tokens": 7, "total_tokens": 97}
STEP = 5  # letters of a piece


def chat(body):
    """An answer to a chat completion, as the body asks for it."""
    told = [_message(body, number) for number in range(body.get("n") or 1)]
    if not body.get("stream"):
        return FakeServer.json(_whole(told))
    rows = [row for number, one in enumerate(told) for row in _pieces(number, one)]
    return FakeServer.events([_chunk(choices) for choices in rows] + [_chunk([], usage=USAGE)])


def response(body):
    """An answer to a response, as the body asks for it."""
    calls = [
        {"type": "function_call", "id": f"fc_{n}", "call_id": f"call_{n}", "status": "completed"}
        | {"name": name, "arguments": arguments}
        for n, (name, arguments) in enumerate(CALLS)
    ]
    part = {"type": "output_text", "text": TEXTS[0], "annotations": [], "logprobs": []}
    words = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
    output = [{**words, "content": [part]}, *(calls if body.get("tools") else [])]
    if not body.get("stream"):
        return FakeServer.json(_response(output, "completed"))
    return FakeServer.events(_numbered(_response_rows(output)), done=False)


def _message(body, number):
    if body.get("tools"):
        calls = [
            {"id": f"call_{n}", "type": "function", "function": {"name": name, "arguments": said}}
            for n, (name, said) in enumerate(CALLS)
        ]
        return {"role": "assistant", "content": None, "tool_calls": calls}
    if body.get("response_format"):
        return {"role": "assistant", "content": json.dumps({"bbox_2d": [404, 366, 748, 688]})}
    return {"role": "assistant", "content": TEXTS[number]}


def _whole(told):
    choices = [
        {"index": n, "message": one, "finish_reason": _finish(one), "logprobs": None}
        for n, one in enumerate(told)
    ]
    head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "qwen"}
    return {**head, "choices": choices, "usage": USAGE}


def _finish(message):
    return "tool_calls" if message.get("tool_calls") else "stop"


def _pieces(number, message):
    """The choices of each row of one message: head, words, calls bit by bit, and the end."""
    deltas = [{"role": "assistant", "content": "" if message["content"] else None}]
    deltas += [{"content": piece} for piece in _cut(message["content"] or "")]
    for turn, call in enumerate(message.get("tool_calls", ())):
        function = {"name": call["function"]["name"], "arguments": ""}
        deltas.append({"tool_calls": [{**call, "index": turn, "function": function}]})
        deltas += [
            {"tool_calls": [{"index": turn, "function": {"arguments": piece}}]}
            for piece in _cut(call["function"]["arguments"])
        ]
    rows = [[{"index": number, "delta": delta, "finish_reason": None}] for delta in deltas]
    return [*rows, [{"index": number, "delta": {}, "finish_reason": _finish(message)}]]


def _cut(text):
    return [text[at : at + STEP] for at in range(0, len(text), STEP)]


def _chunk(choices, **more):
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "qwen"}
    return {**head, "choices": choices, **more}


def _response(output, status):
    head = {"id": "resp_1", "object": "response", "created_at": 1, "model": "qwen"}
    rest = {"parallel_tool_calls": True, "tool_choice": "auto", "tools": []}
    return {**head, "status": status, "output": output, **rest}


def _response_rows(output):
    yield {"type": "response.created", "response": _response([], "in_progress")}
    for number, item in enumerate(output):
        place = {"output_index": number, "item_id": item["id"]}
        is_words = item["type"] == "message"
        empty = {"content": []} if is_words else {"arguments": ""}
        added = {**item, "status": "in_progress", **empty}
        yield {"type": "response.output_item.added", "output_index": number, "item": added}
        yield from _words(item, place) if is_words else _arguments(item, place)
        yield {"type": "response.output_item.done", "output_index": number, "item": item}
    yield {"type": "response.completed", "response": _response(output, "completed")}


def _words(item, place):
    (part,) = item["content"]
    place = {**place, "content_index": 0}
    yield {"type": "response.content_part.added", **place, "part": {**part, "text": ""}}
    for piece in _cut(part["text"]):
        yield {"type": "response.output_text.delta", **place, "delta": piece, "logprobs": []}
    text = {"text": part["text"], "logprobs": []}
    yield {"type": "response.output_text.done", **place, **text}
    yield {"type": "response.content_part.done", **place, "part": part}


def _arguments(item, place):
    for piece in _cut(item["arguments"]):
        yield {"type": "response.function_call_arguments.delta", **place, "delta": piece}
    told = {"name": item["name"], "arguments": item["arguments"]}
    yield {"type": "response.function_call_arguments.done", **place, **told}


def _numbered(rows):
    return [{**row, "sequence_number": number} for number, row in enumerate(rows)]
