"""Pictures with a model, for many questions about them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, final

from deixis.ask.asking import Pictures
from deixis.ask.model import Model
from deixis.ask.verbs import without_first
from deixis.core.image import Image

Given = ParamSpec("Given")
Result = TypeVar("Result")


def _of_session(
    verb: Callable[Concatenate[Model, Pictures, Given], Result],
) -> Callable[Concatenate["Session", Given], Result]:
    """A verb of a model becomes one of a session, which has its pictures."""

    @wraps(verb)
    def asked(session: "Session", /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
        return verb(session.model, session.images, *args, **kwargs)

    asked.__signature__ = without_first(verb)  # type: ignore[attr-defined]
    return asked


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Session:
    """Pictures with a model, made by `Model.session`: opened once, looked at once, and, where the
    model can, encoded once. Its verbs are those of `Model`, without the picture. Safe with threads.
    """

    model: Model
    images: tuple[Image, ...]

    ask = _of_session(Model.ask)
    stream = _of_session(Model.stream)
    find = _of_session(Model.find)
