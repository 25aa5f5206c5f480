"""Requests made from the server's own OpenAPI document, and what became of them, counted."""

import time
from collections import Counter
from dataclasses import dataclass, field

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, reject, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.errors import UnsupportedSchema
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

import deixis as dx
from deixis.core.region_json import to_record
from deixis.serve.openapi import openapi
from deixis.serve.shapes import CHAT, RESPONSES
from deixis.serve.showing import data_url

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SIDES = (48, 36)
SHAPES = [
    dx.box(4, 5, 30, 31),
    dx.point(20, 11),
    dx.ellipse(24, 18, 9, 6),
    dx.polygon([(3, 3), (40, 5), (22, 30)]),
    dx.stroke([(3, 3), (20, 20), (40, 9)]),
]
ENCODINGS = ["said", "ellipse", "arrow:color=red", "rectangle", "dimmed:0.8", "cropped", "tagged"]
DIALECTS = ["qwen3_vl", "unit", "qwen2_5_vl"]
KINDS = ["png", "jpeg"]
PATIENCE = 120.0  # seconds for an answer, on a machine with other work
FURNISHED = 4  # requests that are made of one of the document's, with pictures and regions
EACH = 4  # requests of one example, about: one in four is against the document, and sent alone


@dataclass(kw_only=True)
class Tally:
    """What was sent and what came: statuses by routes, what was furnished, and what is wrong."""

    statuses: Counter = field(default_factory=Counter)
    furnished: Counter = field(default_factory=Counter)  # statuses of requests with pictures
    refused: Counter = field(default_factory=Counter)  # why, though the document allows it
    num_unmade: int = 0  # requests against the document that its maker could not make
    slowest: float = 0.0  # seconds
    wrong: dict = field(default_factory=dict)  # a message and the first request that it came of

    @property
    def num_posts(self):
        return sum(n for (method, _, _), n in self.statuses.items() if method == "POST")

    @property
    def share_answered(self):
        """Of all POSTs, those with pictures and regions that were answered with 200."""
        return self.furnished[200] / self.num_posts

    def told(self):
        rows = [f"{method} {path} {code}: {n}" for (method, path, code), n in self._rows()]
        rows.append(f"POSTs {self.num_posts}, with pictures and answered {self.share_answered:.1%}")
        rows.append(f"slowest {self.slowest:.1f} s; {self.num_unmade} could not be made")
        rows.append(f"with pictures: {dict(self.furnished)}")
        rows += [f"refused {n} times: {why}" for why, n in self.refused.most_common(20)]
        return "\n".join([*rows, *(f"WRONG {what}: {of}" for what, of in self.wrong.items())])

    def _rows(self):
        return sorted(self.statuses.items(), key=str)


def pictures():
    """Addresses of small real pictures."""
    return [data_url(dx.open_image(noise(side)), kind) for side in (0, 1) for kind in KINDS]


def noise(number):
    import numpy as np

    rng = np.random.default_rng(number)
    return rng.integers(0, 256, (SIDES[1] + number, SIDES[0], 3), dtype=np.uint8)


@st.composite
def regions(draw, first):
    """Regions by names that stand nowhere else, each shown in one of several ways."""
    found = {}
    for number in range(draw(st.integers(0, 3))):
        record = to_record(draw(st.sampled_from(SHAPES)))
        spec = draw(st.sampled_from([None, *ENCODINGS]))
        found[f"it_{first + number}"] = record if spec is None else {**record, "encoding": spec}
    return found


@st.composite
def furnished(draw, body, shape, urls):
    """A request of the document's making, with pictures that open and regions spoken of."""
    picture, words = (shape.picture, shape.words[0])
    turns = [dict(turn) for turn in body[shape.turns]][:4]
    names, num = [], 0
    for turn in turns:
        if draw(st.integers(0, 2)) or turn is turns[-1]:
            url = draw(st.sampled_from(urls))
            own = draw(regions(len(names)))
            names += own
            part = {"type": picture, "image_url": {"url": url} if shape.is_nested else url}
            told = turn["content"] if isinstance(turn["content"], str) else "look"
            content = [{**part, "regions": own} if own else part, {"type": words, "text": told}]
            turn["content"] = content
            num += 1
        elif not isinstance(turn["content"], str):
            turn["content"] = [one for one in turn["content"] if one["type"] == words]
    said = " ".join(f"{{{name}}}" for name in names)
    turns.append({"role": "user", "content": f"What of {said}?"})
    pointing = {
        "encoding": draw(st.sampled_from([None, *ENCODINGS[:-2]])),
        "dialect": draw(st.sampled_from([None, *DIALECTS])),
        "picture": draw(st.sampled_from([None, *range(1, num + 1)])),
        **{
            key: body["deixis"][key]
            for key in ("read", "survival")
            if key in body.get("deixis", ())
        },
    }
    more = {"deixis": pointing} if draw(st.booleans()) else {}
    kept = {key: value for key, value in body.items() if key != "deixis"}
    return {**kept, shape.turns: turns, **more}


def tried(house, num, *, number=0):
    """So many requests are made from the document, a tally of what came of them."""
    document = openapi(house.app.serving)
    schema = schemathesis.openapi.from_dict(document)
    tally, session = Tally(), requests.Session()
    session.trust_env = False
    urls = pictures()
    for path, methods in document["paths"].items():
        for method in methods:
            operation = schema[path][method.upper()]
            is_post = method == "post"
            share = (num - 4 * len(document["paths"])) // 2 if is_post else 4
            shape = {CHAT.path: CHAT, RESPONSES.path: RESPONSES}.get(path)
            _try(house, operation, shape, urls, share, (tally, session), number)
    return tally


def _try(house, operation, shape, urls, num, counted, number):
    tally, session = counted
    positive = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    negative = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)

    def send(case, is_furnished=False):
        began = time.monotonic()
        response = case.call(base_url=house.url, session=session, timeout=PATIENCE)
        tally.slowest = max(tally.slowest, time.monotonic() - began)
        code = response.status_code
        tally.statuses[case.method.upper(), case.path, code] += 1
        tally.furnished[code] += is_furnished
        if is_furnished and code != 200:
            tally.refused[str(response.json())[:160]] += 1
        try:
            case.validate_response(response, checks=CHECKS)
        except FailureGroup as failures:
            for one in failures.exceptions:
                what = f"{type(one).__name__} {case.path} {code}: {str(one)[:200]}"
                tally.wrong.setdefault(what, str(case.body)[:600])
        return response

    @seed(number)
    @settings(
        max_examples=max(num // (EACH if shape else 1), 1),
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def run(data):
        if data.draw(st.integers(0, 3)) == 3:
            try:
                wrong = data.draw(negative)
            except UnsupportedSchema:  # a limit of schemathesis, met once in some thousand
                tally.num_unmade += 1
                reject()
            send(wrong)
            return
        case = data.draw(positive)
        send(case)
        body = case.body
        for _ in range(FURNISHED if shape else 0):
            case.body = data.draw(furnished(body, shape, urls))
            send(case, is_furnished=True)

    run()
