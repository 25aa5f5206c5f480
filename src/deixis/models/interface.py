"""The interface that every model gives, and the values that go in and out of it.

Nothing here needs torch: where pixels may be a tensor, `PixelTensor` stands for it. What only a
model on this machine does with tensors is in `tensor_interface`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol, TypeAlias, final, runtime_checkable

import numpy as np
from jaxtyping import Float32

from deixis.core.errors import UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.core.token_grid import TokenGrid
from deixis.core.view import View, seen
from deixis.marks.style import Profile
from deixis.models.generation import AnswerScore as AnswerScore
from deixis.models.generation import Completion as Completion
from deixis.models.generation import Generation as Generation
from deixis.models.pointed_to import PointedTo


@runtime_checkable
class PixelTensor(Protocol):
    """What is asked here of a tensor: a picture's pixels, 3 x height x width, floats of 0..255,
    which may carry a gradient.
    """

    @property
    def ndim(self) -> int:
        """How many axes it has."""

    @property
    def shape(self) -> Sequence[int]:
        """The length of each axis."""

    @property
    def dtype(self) -> object:
        """The kind of its numbers."""

    def is_floating_point(self) -> bool:
        """Whether they are floats."""

    def detach(self) -> Any:  # Any: the tensor's own class
        """The same numbers without a gradient."""


Picture: TypeAlias = Image | PixelTensor


def picture_size(picture: Picture) -> Size:
    """Width and height of either form."""
    if isinstance(picture, Image):
        return picture.size
    if picture.ndim != 3 or picture.shape[0] != 3:
        raise UsageError(f"pixels are 3 x height x width, got {tuple(picture.shape)}")
    if not picture.is_floating_point():
        raise UsageError(f"pixels are floats of 0..255, got {picture.dtype}: call .float()")
    return Size(width=int(picture.shape[2]), height=int(picture.shape[1]))


def image_of(picture: Picture) -> Image:
    """The picture as an image. Pixels of a tensor are cut to 0..255 and rounded to whole ones."""
    if isinstance(picture, Image):
        return picture
    picture_size(picture)
    numbers = numbers_of(picture)
    if not np.isfinite(numbers).all():
        raise UsageError("pixels are numbers of 0..255, got NaN or infinity")
    return Image(pixels=np.rint(numbers.clip(0, 255)).astype(np.uint8).transpose(1, 2, 0))


def numbers_of(pixels: PixelTensor) -> Float32[np.ndarray, "3 height width"]:
    """The numbers of a tensor, wherever it lies."""
    return pixels.detach().cpu().float().contiguous().numpy()


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ChatTurn:
    """What was said before a question, by whom; `num_pictures` are shown before its words."""

    role: Literal["user", "assistant"]
    text: str
    num_pictures: int = 0


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Pictures and the words asked about them; `system` is for models that take one.

    `notes` holds what is known of each picture, in its pixels, for models with knowledge; empty:
    nothing of any. The words of notes are data: they are never said to the model as instructions.
    `earlier` are questions and answers before it, whose pictures come first.
    """

    pictures: tuple[Picture, ...]
    text: str
    system: str | None = None
    notes: tuple[tuple[Region, ...], ...] = ()
    earlier: tuple[ChatTurn, ...] = ()

    @property
    def turns(self) -> tuple[ChatTurn, ...]:
        """All turns, its own the last."""
        num = len(self.pictures) - sum(turn.num_pictures for turn in self.earlier)
        return (*self.earlier, ChatTurn(role="user", text=self.text, num_pictures=num))

    def __post_init__(self) -> None:
        if [turn.role for turn in self.earlier] != ["user", "assistant"] * (len(self.earlier) // 2):
            raise UsageError("earlier turns are a question and its answer each, in that order")
        if self.turns[-1].num_pictures < 0:
            raise UsageError(f"earlier turns show more than the {len(self.pictures)} pictures")
        if self.notes and len(self.notes) != len(self.pictures):
            raise UsageError(
                f"notes are given for each of {len(self.pictures)} pictures, got {len(self.notes)}"
            )


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A question with the answer that a model should give."""

    question: Question
    answer: str


TokenPlace: TypeAlias = Literal["after", "before"]  # the projector, or the Q-Former
# Any: tensors, as `tensor_interface` has them
TokenChange: TypeAlias = Callable[[Any], Any]
PixelChange: TypeAlias = Callable[[Any], Any]
Hear: TypeAlias = Callable[[int, str], bool]


class KnownTokenChange(ABC):
    """A change of vision tokens that tells what it is, and where in the model it belongs."""

    @property
    @abstractmethod
    def record(self) -> Mapping[str, str]:
        """What it is, its `digest` among it: two changes that agree in it do the same."""

    @property
    @abstractmethod
    def place(self) -> TokenPlace:
        """After the projector, or before it."""

    @abstractmethod
    def __call__(self, seen: Any, /) -> Any:  # Any: `VisionTokens`, and tensors
        """The changed tokens of each picture."""


class KnownPixelChange(ABC):
    """A change of pixels that tells what it is, and where each place of the original then lies."""

    @property
    @abstractmethod
    def record(self) -> Mapping[str, str]:
        """What it is: two changes that agree in it do the same."""

    @property
    @abstractmethod
    def is_8bit(self) -> bool:
        """Whether it gives whole numbers of 0..255."""

    @abstractmethod
    def view(self, size: Size) -> View:
        """From a picture of this size to the changed one, as far as places are concerned."""

    @abstractmethod
    def changed(self, image: Image) -> Image:
        """The changed image, cut to 0..255 and rounded."""

    @abstractmethod
    def __call__(self, pixels: Any, /) -> Any:  # Any: a tensor's own class
        """The changed pixels."""


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Abilities:
    """What a model can do beyond answering. `deixis models` prints it, contract tests hold it."""

    many_pictures: bool = field(metadata={"doc": "several pictures in one question"})
    system: bool = field(metadata={"doc": "a system prompt"})
    answer_logprobs: bool = field(metadata={"doc": "score given answers"})
    loss: bool = field(metadata={"doc": "train on answers"})
    pixel_gradient: bool = field(metadata={"doc": "gradients reach the original pixels"})
    vision_tokens: bool = field(metadata={"doc": "vision tokens can be read and changed"})
    spatial_tokens: bool = field(metadata={"doc": "each vision token looks at one place"})
    text_alone: bool = field(
        default=False, metadata={"doc": "train on questions without a picture too"}
    )


class VisionLanguageModel(PointedTo):
    """A model that answers questions about pictures.

    Pictures are the original ones; all resizing, tiling and tokenising is the adapter's. What an
    adapter's `abilities` do not list raises UnsupportedError with the reason.
    """

    abilities: Abilities
    stored_name: ClassVar[str] = ""  # in the keys of kept answers; empty: the class's own name

    @property
    def record(self) -> Mapping[str, str]:
        """What its answers depend on besides its name: precision, revision, adapter, changes."""
        return {}

    @property
    def identity(self) -> Mapping[str, str]:
        """What its answers depend on besides the question: its record, and the weights and settings
        where they can be looked at.
        """
        kind = self.stored_name or type(self).__name__
        return {"model": self.name, "kind": kind, **self.record}

    @property
    def num_at_once(self) -> int:
        """How many questions it takes together."""
        return 8

    @property
    def is_remote(self) -> bool:
        """Whether a server answers: questions then go to it one by one, `num_at_once` under way at
        a time, and each can fail alone.
        """
        return False

    def close(self) -> None:  # most hold nothing open
        """What it holds open is closed: connections and a journal, of one behind a server."""

    @property
    def preparation(self) -> Mapping[str, str]:
        """What decides how it prepares a picture: the processor, its settings, its version; empty
        where that is not known.
        """
        return {}

    def weights_digest(self, dtype: str = "") -> str:
        """Of its weights in memory, as they are or rounded to a dtype ("bfloat16"); empty where
        they are not here to be looked at.
        """
        return ""

    @property
    def control_words(self) -> tuple[str, ...]:
        """What its tokenizer takes for more than words: turns, places of pictures. No foreign word
        (a label, a line of text in the picture) may say it.
        """
        return ()

    @property
    def taught_marks(self) -> Profile | None:
        """The style of the marks that it was taught to follow; None where it was taught none, and
        marks are best that stand out to anyone.
        """
        return None

    def spoken(self, text: str) -> str:
        """A question's own words as this model reads them: none of its turns, ends and places of
        pictures is in them. `generate` does the same. A server sees to its own.
        """
        return text

    def remembering(self) -> "VisionLanguageModel":
        """The same, keeping what its vision side makes of the last pictures, where it can."""
        return self

    @abstractmethod
    def generate(
        self, questions: Sequence[Question], settings: Generation | None = None
    ) -> list[Completion]:
        """Answers, one per question, the same at any batch size."""

    def stream(
        self, question: Question, settings: Generation | None = None
    ) -> Generator[str, None, Completion]:
        """The words of one answer as they come; whole where the model gives no pieces. The
        generator's value is the completion.
        """
        completion = self.generate([question], settings)[0]
        yield completion.text
        return completion

    def generate_heard(
        self, questions: Sequence[Question], settings: Generation, hear: Hear
    ) -> list[Completion]:
        """The answers of `generate`, told while they are made: `hear` gets the number of a question
        and the new words of its answer, and says whether more of it is wanted. Together the words
        are the answer's text.
        """
        completions = self.generate(questions, settings)
        for number, completion in enumerate(completions):
            hear(number, completion.text)
        return completions

    def answer_logprobs(self, question: Question, answers: Sequence[str]) -> list[AnswerScore]:
        """How likely each given answer is; what they share is computed once."""
        raise self._unsupported("score given answers")

    # Any: tensors, for which `tensor_interface.LocalModel` has the types
    def loss(self, examples: Sequence[Example]) -> Any:
        """Mean cross-entropy of the answers' tokens (the end-of-answer token included). The mean
        is over all answer tokens of the batch; gradients reach weights and pixels that want them.
        Questions may have no picture where `abilities.text_alone`.
        """
        raise self._unsupported("be trained through Deixis")

    def prepare(self, pixels: Any) -> Any:
        """The tensors that the vision tower gets for one picture: the family's own processor,
        differentiable in the pixels.
        """
        raise self._unsupported("give gradients to pixels")

    def vision_tokens(
        self,
        pictures: Sequence[Picture],
        text: str | Sequence[str] | None = None,
        *,
        place: TokenPlace = "after",
    ) -> Any:
        """The projected tokens of each picture, or the tower's states before the projector. `text`,
        one for all or each its own, matters only to models whose encoder reads the question
        (InstructBLIP).
        """
        raise self._unsupported("show its vision tokens")

    def word_embeddings(self, texts: Sequence[str]) -> Any:
        """The language side's own embeddings of each text's tokens."""
        raise self._unsupported("show its word embeddings")

    def token_grid(self, size: Size) -> TokenGrid:
        """Where in a picture of this size each vision token looks."""
        raise self._unsupported("tell where its vision tokens look")

    def views(self, size: Size, *, alone: bool = True) -> tuple[View, ...]:
        """What it sees of a picture of this size: resizes and windows. `alone`: with no other
        picture beside it in the question.
        """
        raise self._unsupported("tell what it sees of a picture")

    def seen(self, view: View, image: Image) -> Image:
        """A picture as one of its views shows it, before any normalisation."""
        return seen(view, image)

    def received(self, image: Image) -> Image:
        """A picture as it arrives at the model: after the file format that it travels in."""
        return image

    def with_token_change(
        self, change: TokenChange | None, *, place: TokenPlace = "after"
    ) -> "VisionLanguageModel":
        """The same model, its vision tokens changed before the language model reads them, or the
        tower's states before the projector (or Q-Former) does.
        """
        raise self._unsupported("change its vision tokens")

    def with_pixel_change(self, change: PixelChange | None) -> "VisionLanguageModel":
        """The same model, the pixels of every picture changed before the family's preparation."""
        raise self._unsupported("change pixels before its own preparation")

    def _unsupported(self, deed: str) -> UnsupportedError:
        return UnsupportedError(f"{self.name} cannot {deed}; `deixis models` shows what can")
