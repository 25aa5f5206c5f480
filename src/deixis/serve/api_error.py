"""What goes wrong is told in OpenAI's envelope, with the place in the request that it is about."""

import json
import logging
import traceback
from collections.abc import Mapping
from typing import final

from deixis.core.untrusted_text import shown

logger = logging.getLogger(__name__)
CLIENTS, SERVERS = "invalid_request_error", "server_error"
KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    405: "invalid_request_error",
    408: "timeout_error",
    413: "invalid_request_error",
    415: "invalid_request_error",
    429: "rate_limit_error",
    500: "server_error",
    502: "upstream_error",
    503: "unavailable_error",
    504: "timeout_error",
}
LONGEST = 600  # letters of a message


@final
class ApiError(Exception):
    """A request ends with this status and this message. `param` is a place in the request, as
    `messages[0].content[1].regions.cup`; `code` a word that programs can tell errors apart by.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.param, self.code = status, param, code
        self.headers = dict(headers or {})

    def record(self) -> dict[str, object]:
        """The error as JSON holds it."""
        message = "".join(letter if letter.isprintable() else " " for letter in str(self))
        told = {
            "message": message if len(message) <= LONGEST else f"{message[: LONGEST - 1]}…",
            "type": KINDS.get(self.status, SERVERS if self.status >= 500 else CLIENTS),
            "param": self.param,
            "code": self.code,
        }
        return {"error": told}

    def body(self) -> bytes:
        """The error as the bytes of an answer."""
        return json.dumps(self.record()).encode()


def busy(message: str, *, code: str = "too_many_requests", **headers: str) -> ApiError:
    """Too much is under way; in a second there may be room."""
    return ApiError(429, message, code=code, headers={"Retry-After": "1", **headers})


def not_found(model: object) -> ApiError:
    """Nobody answers under this name."""
    return ApiError(
        404,
        f"no model named {shown(model)} is served here; GET /v1/models lists those that are",
        param="model",
        code="model_not_found",
    )


def mistake(error: Exception) -> ApiError:
    """A mistake of ours is told as one. The log says where, and neither repeats the error's words,
    which may be those of a request.
    """
    steps = traceback.extract_tb(error.__traceback__)
    where = " < ".join(f"{step.filename}:{step.lineno}" for step in reversed(steps[-6:]))
    logger.error("%s at %s", type(error).__name__, where)
    return ApiError(500, "the server made a mistake", code="internal_error")
