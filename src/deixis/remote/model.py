"""Models behind an OpenAI-compatible server: vLLM, SGLang, LMDeploy, llama.cpp, OpenAI itself."""

import copy
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias, final

from typing_extensions import override

from deixis.coordinates import Dialect
from deixis.coordinates.contract import Contract, built
from deixis.coordinates.contracts import Match
from deixis.coordinates.resizing import Kept, LongestSide, Resize
from deixis.coordinates.unknown import UnknownDialect
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.images import open_image
from deixis.core.optional_parts import opened
from deixis.core.size import Size
from deixis.core.view import Resized, View
from deixis.models.interface import (
    Abilities,
    Completion,
    Generation,
    KnownPixelChange,
    Picture,
    PixelChange,
    Question,
    VisionLanguageModel,
    image_of,
)
from deixis.models.opener import Opener
from deixis.models.pixel_changes import told
from deixis.remote.batch import Batch
from deixis.remote.journal import Journal
from deixis.remote.request import fingerprint, is_repeatable, request_body
from deixis.remote.sent_pictures import SentPictures, encoded
from deixis.remote.server import Server
from deixis.remote.server_settings import Remote, remote_from_name

__all__ = ["OpenAIModel", "Remote", "from_name"]

ImageChange: TypeAlias = Callable[[Image], Image]


@final
class OpenAIModel(VisionLanguageModel):
    """A model that is asked through /chat/completions.

    No answer is paid for twice: a request is sent again only where the server surely had not begun
    it; what is greedy or seeded is sent once per call, and once ever with a journal. Safe with
    threads. Close it, or use it in a `with`.
    """

    stored_name = "OpenAIModel"
    abilities = Abilities(
        many_pictures=True,
        system=True,
        answer_logprobs=False,
        loss=False,
        pixel_gradient=False,
        vision_tokens=False,
        spatial_tokens=False,
    )

    def __init__(self, remote: Remote) -> None:
        self.remote = remote
        self.name = remote.name
        self._match = match = remote.match
        self.dialect = remote.dialect or (match and match.contract.dialect) or None
        self._is_closed = False
        self._journal = None if remote.journal is None else Journal(remote.journal)
        self._server = Server(remote)
        self._pictures = SentPictures(remote.image_format)
        self._change: PixelChange | None = None
        self._changed_image: ImageChange = _unchanged

    def __enter__(self) -> "OpenAIModel":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @override
    def close(self) -> None:
        """Close the connections and the journal."""
        self._is_closed = True
        self._server.close()
        if self._journal is not None:
            self._journal.close()

    @override
    def generate(
        self, questions: Sequence[Question], settings: Generation | None = None
    ) -> list[Completion]:
        """Answers, one per question. When one fails no further one is begun, and the RemoteError
        holds those that were answered.
        """
        self._check_open()
        chosen = settings or Generation()
        questions = [self._shown(question) for question in questions]

        def known_as(question: Question) -> str | None:
            return self._known_as(question, chosen)

        def ask(question: Question, known_as: str | None, stop: threading.Event) -> Completion:
            stream = self.remote.stream
            return _completed(self._ask(question, chosen, known_as, stop=stop, stream=stream))

        batch = Batch(questions, fingerprint=known_as, ask=ask, keep=self._keep)
        return batch.run(self.remote.concurrency)

    @property
    @override
    def contract(self) -> Match | None:
        return self._match

    @override
    def own_dialect(self) -> Dialect:
        row = None if self._match is None else self._match.contract
        if row is not None and row.dialect and row.dialect == self.dialect:
            return row.spoken()
        if self.dialect is not None:
            return built(self.dialect, settings={})
        return UnknownDialect(asked=self.remote.model, note="" if row is None else row.note)

    @override
    def under(self, contract: Contract) -> "OpenAIModel":
        told = copy.copy(self)
        told.remote = self.remote.under(contract)
        told._match = told.remote.match
        told.dialect = self.remote.dialect or contract.dialect or None
        return told

    @override
    def views(self, size: Size, *, alone: bool = True) -> tuple[View, ...]:
        """The picture, shrunk as the server is known to shrink it. What it does to it after that is
        not known here.
        """
        view = View(original=size, steps=())
        if isinstance(self._change, KnownPixelChange):
            view = self._change.view(size)
            size = view.size
        seen = self._shrink.seen(size)
        if seen == size:
            return (view,)
        return (view.then(Resized(size=seen, resample="bicubic")),)

    @property
    def _shrink(self) -> Resize:
        """What the server does to pictures: by the contract, unless the user chose a side."""
        limit = self.remote.longest_side
        row = None if self._match is None else self._match.contract
        if row is not None and limit in (None, row.longest_side) and row.resize != Kept():
            return row.resize
        return Kept() if limit is None else LongestSide(edge=limit)

    @property
    @override
    def identity(self) -> Mapping[str, str]:
        return {**super().identity, "image_format": self.remote.image_format}

    @property
    @override
    def num_at_once(self) -> int:
        return self.remote.concurrency

    @property
    @override
    def is_remote(self) -> bool:
        return True

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {} if self._change is None else told(self._change)

    @override
    def with_pixel_change(self, change: PixelChange | None) -> "OpenAIModel":
        """On the same connections, closed together; what is sent is cut to 0..255 and rounded."""
        changed = copy.copy(self)
        changed._change = change
        changed._changed_image = _image_change(change)
        return changed

    @override
    def received(self, image: Image) -> Image:
        if self.remote.image_format == "png":
            return image
        return open_image(encoded(image, self.remote.image_format))

    def stream(
        self, question: Question, settings: Generation | None = None
    ) -> Generator[str, None, Completion]:
        """The words of one answer as they come; an answer in the journal comes whole. The
        generator's value is the completion.

        RemoteError if the answer is not whole, after the words that did come. Its connection
        counts among the model's until the generator is at its end or closed.
        """
        self._check_open()
        chosen = settings or Generation()
        question = self._shown(question)
        known_as = self._known_as(question, chosen)
        stop = threading.Event()
        completion = yield from self._ask(question, chosen, known_as, stop=stop, stream=True)
        self._keep(known_as, completion)
        return completion

    def _ask(
        self,
        question: Question,
        settings: Generation,
        known_as: str | None,
        *,
        stop: threading.Event,
        stream: bool,
    ) -> Generator[str, None, Completion]:
        had = self._had(known_as)
        if had is not None:
            yield had.text
            return had
        body = request_body(self.remote, question, settings, stream=stream, pictures=self._pictures)
        spread = 0.0 if known_as is None else int(known_as[:4], 16) / 0xFFFF
        return (yield from self._server.ask(body, stream=stream, spread=spread, stop=stop))

    def _shown(self, question: Question) -> Question:
        """The question with its pictures changed, as they are sent."""
        if self._change is None:
            return question
        pictures = tuple(self._changed(picture) for picture in question.pictures)
        return replace(question, pictures=pictures)

    def _changed(self, picture: Picture) -> Image:
        if isinstance(picture, Image) or self._change is None:
            return self._changed_image(image_of(picture))
        return image_of(self._change(picture))

    def _known_as(self, question: Question, settings: Generation) -> str | None:
        if not is_repeatable(settings):
            return None
        return fingerprint(self.remote, question, settings, pictures=self._pictures)

    def _had(self, known_as: str | None) -> Completion | None:
        return None if self._journal is None or known_as is None else self._journal.get(known_as)

    def _keep(self, known_as: str | None, completion: Completion) -> None:
        if self._journal is not None and known_as is not None:
            self._journal.add(known_as, completion)

    def _check_open(self) -> None:
        if self._is_closed:
            raise UsageError(f"{self.name} is closed; build it again")


def from_name(name: str, **options: Any) -> OpenAIModel:  # Any: the fields of Remote
    """The model that a name like "openai:MODEL@http://localhost:8000/v1" means; "openai:MODEL"
    alone is at OpenAI itself. Options are the fields of `Remote`.
    """
    return OpenAIModel(remote_from_name(name, options))


OPENAI = Opener(open=from_name)


def _image_change(change: PixelChange | None) -> ImageChange:
    """A change as images go through it. A function of tensors was made with torch, which is
    imported for it alone.
    """
    if change is None:
        return _unchanged
    if isinstance(change, KnownPixelChange):
        return change.changed
    place = "deixis.models.tensor_interface:changed_image"
    return partial(opened(place, needed_for="a function of tensors"), change)


def _unchanged(image: Image) -> Image:
    return image


def _completed(words: Generator[str, None, Completion]) -> Completion:
    while True:
        try:
            next(words)
        except StopIteration as end:
            return end.value
