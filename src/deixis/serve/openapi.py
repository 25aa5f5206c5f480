"""What the server takes and gives, described for programs and for people."""

from typing import Any

from deixis._version import __version__
from deixis.ask.slots import NAME
from deixis.core.region_json import SHAPE_FIELDS, VERSION
from deixis.serve.conversation import ENCODING, PLACE_IN_TEXT, REGIONS
from deixis.serve.pointing_settings import KEY, PointingSettings
from deixis.serve.settings import Serving
from deixis.serve.shapes import CHAT, RESPONSES, Json

ERRORS = {
    "400": "the request cannot be what it says; `param` is the place in it",
    "401": "a key is needed, or is not known",
    "403": "the request was meant for another host, or comes from a foreign page",
    "404": "no model of that name is served",
    "408": "the request did not come whole in time",
    "413": "the request, or a picture of it, is too large",
    "429": "too many requests, or a quota is used up; see Retry-After",
    "500": "the server made a mistake",
    "502": "the model's engine cannot be reached, or broke off",
    "503": "the model is being loaded",
    "504": "the model's engine was silent for too long",
}
NUMBER = {"type": "number", "minimum": 0, "maximum": 8192}
WORDS = {"label": {"type": "string"}, "text": {"type": "string"}, "source": {"type": "string"}}
NUMBERS = {"point": 2, "box": 4, "ellipse": 5}
WHOLE = {"type": "integer", "minimum": 0}
PAIR = {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2}


def openapi(serving: Serving) -> Json:
    """The OpenAPI document."""
    names = [model.name for model in serving.models]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Deixis",
            "version": __version__,
            "summary": "Regions for any OpenAI-compatible engine, over HTTP",
            "description": "Point with `regions` beside an `image_url`, say `{name}` in the text, "
            "and read regions of the answer back in pixels of the original picture.",
        },
        "paths": {
            "/health": {"get": _plain("whether all models are there", "503")},
            "/metrics": {
                "get": {**_plain("counters for Prometheus", "401", "403", kind="text/plain")}
            },
            "/v1/models": {"get": _plain("the models that are served", "401", "403")},
            "/openapi.json": {"get": _plain("this document", "401", "403")},
            "/docs": {"get": _plain("this page", "401", "403", kind="text/html")},
            CHAT.path: {"post": _asked("a conversation", _chat(names))},
            RESPONSES.path: {"post": _asked("a response", _responses(names))},
        },
        "components": {
            "schemas": {"Error": _error(), "Region": region_schema(), "Pointing": _pointing()},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}] if serving.server.keys else [],
    }


def region_schema() -> Json:
    """A region of a request, and how it is shown."""
    shapes: list[Json] = []
    for kind, names in SHAPE_FIELDS.items():
        fields = {name: _field(name) for name in names}
        own = {"kind": {"const": kind}, **fields, **WORDS}
        own["score"] = {"type": "number", "minimum": 0, "maximum": 1}
        own |= {"deixis": {"const": VERSION}, **dict.fromkeys(PLACE_IN_TEXT, WHOLE)}
        own[ENCODING] = {"type": "string", "examples": ["arrow:color=red", "cropped", "said"]}
        shapes.append(
            {
                "type": "object",
                "properties": own,
                "required": ["kind", *names],
                "additionalProperties": False,
            }
        )
    return {"oneOf": shapes}


def _plain(summary: str, *codes: str, kind: str = "application/json") -> Json:
    return {
        "summary": summary,
        "responses": {
            "200": {"description": summary, "content": {kind: {"schema": {}}}},
            **_errors(codes),
        },
    }


def _asked(summary: str, schema: Json) -> Json:
    answer = {"schema": {"type": "object"}}
    return {
        "summary": f"{summary} with a model, with regions beside its pictures",
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "200": {
                "description": "the answer, its regions beside its text",
                "content": {
                    "application/json": answer,
                    "text/event-stream": {"schema": {"description": "events of chunks"}},
                },
            },
            **_errors(tuple(ERRORS)),
        },
    }


def _errors(codes: tuple[str, ...]) -> Json:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {code: {"description": ERRORS[code], "content": content} for code in codes}


def _chat(names: list[str]) -> Json:
    text = {
        "type": "object",
        "properties": {"type": {"const": "text"}, "text": {"type": "string"}},
        "required": ["type", "text"],
    }
    picture = {
        "type": "object",
        "properties": {
            "type": {"const": "image_url"},
            "image_url": {
                "type": "object",
                "properties": {"url": {"type": "string"}},
                "required": ["url"],
            },
            REGIONS: _regions(),
        },
        "required": ["type", "image_url"],
    }
    return _request(names, CHAT.turns, [text, picture])


def _responses(names: list[str]) -> Json:
    text = {
        "type": "object",
        "properties": {"type": {"const": "input_text"}, "text": {"type": "string"}},
        "required": ["type", "text"],
    }
    picture = {
        "type": "object",
        "properties": {
            "type": {"const": "input_image"},
            "image_url": {"type": "string"},
            REGIONS: _regions(),
        },
        "required": ["type", "image_url"],
    }
    return _request(names, RESPONSES.turns, [text, picture])


def _request(names: list[str], turns: str, parts: list[Json]) -> Json:
    content = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"oneOf": parts}}]}
    message = {
        "type": "object",
        "properties": {
            "role": {"enum": ["system", "user", "assistant"]},
            "content": content,
        },
        "required": ["role", "content"],
    }
    return {
        "type": "object",
        "properties": {
            "model": {"enum": names} if names else {"type": "string"},
            turns: {"type": "array", "items": message, "minItems": 1},
            "stream": {"type": "boolean"},
            KEY: {"$ref": "#/components/schemas/Pointing"},
        },
        "required": ["model", turns],
    }


def _regions() -> Json:
    return {
        "type": "object",
        "propertyNames": {"pattern": f"^{NAME}$"},
        "additionalProperties": {"$ref": "#/components/schemas/Region"},
        "description": "regions by their names; {name} in the text stands for one",
    }


def _pointing() -> Json:
    schema: Json = PointingSettings.model_json_schema()
    return schema


def _field(name: str) -> dict[str, Any]:  # Any: a JSON schema
    if name in NUMBERS:
        num = NUMBERS[name]
        return {"type": "array", "items": NUMBER, "minItems": num, "maxItems": num}
    if name == "rings":
        ring = {"type": "array", "items": PAIR, "minItems": 3}
        return {"type": "array", "items": ring, "minItems": 1}
    if name == "points":
        return {"type": "array", "items": PAIR, "minItems": 1}
    if name == "size":
        whole = {"type": "integer", "minimum": 1}
        return {"type": "array", "items": whole, "minItems": 2, "maxItems": 2}
    return {"type": "string"} if name == "counts" else {"type": "number", "exclusiveMinimum": 0}


def _error() -> Json:
    told = {
        "message": {"type": "string"},
        "type": {"type": "string"},
        "param": {"type": ["string", "null"]},
        "code": {"type": ["string", "null"]},
    }
    inner = {"type": "object", "properties": told, "required": ["message", "type"]}
    return {"type": "object", "properties": {"error": inner}, "required": ["error"]}
