"""Pictures with a model, for many questions about them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, final

from typing_extensions import Unpack

from deixis.ask.asking import HowWords, Pictures, how_of
from deixis.ask.background import AskingThreads, awaited, streamed
from deixis.ask.many import OnError, Outcome, QuestionRow, all_answers
from deixis.ask.model import Model
from deixis.ask.verbs import without_first
from deixis.core.image import Image
from deixis.core.progress import Reporter

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
    preview = _of_session(Model.preview)
    score = _of_session(Model.score)
    find = _of_session(Model.find)
    ask_async = awaited(ask)
    stream_async = streamed(stream)
    score_async = awaited(score)
    find_async = awaited(find)

    @property
    def threads(self) -> AskingThreads:
        """The threads in which the model is asked."""
        return self.model.threads

    def ask_all(
        self,
        questions: Iterable[QuestionRow],
        *,
        on_error: OnError = "raise",
        progress: Reporter | None = None,
        **how: Unpack[HowWords],
    ) -> list[Outcome]:
        """As `Model.ask_all`; each question without its picture, or the words alone."""
        return all_answers(
            self.model,
            questions,
            how_of(**how),
            on_error=on_error,
            progress=progress,
            images=self.images,
        )

    ask_all_async = awaited(ask_all)
