"""The region that an answer rests on: asked for, and checked, with three more calls."""

import asyncio
import json
from typing import final

from deixis.ask.asking import How
from deixis.ask.cite import cited
from deixis.ask.composer import Asking
from deixis.ask.model import Model
from deixis.core.errors import RemoteError, UsageError
from deixis.core.image import Image
from deixis.models.interface import Completion, Generation
from deixis.serve.api_error import ApiError
from deixis.serve.conversation import Conversation, encodings_of
from deixis.serve.pointing_settings import KEY
from deixis.serve.prepared import Preparing
from deixis.serve.settings import ServedModel
from deixis.serve.shapes import CHAT, Json

PARAM = f"{KEY}.cite"
LONGEST = 256  # tokens of each further answer


@final
class Citing:
    """A question of one picture, which can be asked again about parts of it."""

    def __init__(
        self, conversation: Conversation, served: ServedModel, model: Model, preparing: Preparing
    ) -> None:
        shape, body = conversation.shape, conversation.body
        messages = shape.messages(body)
        if conversation.is_streamed:
            raise _refused("an answer whose evidence is asked for comes whole: leave stream out")
        if len(conversation.pictures) != 1 or len(messages) != 1 or body.get("n") not in (None, 1):
            raise _refused("cite asks again about a part of one picture: send one message, with it")
        self._conversation, self._served = conversation, served
        self._model, self._preparing = model, preparing

    async def record(self, content: bytes) -> Json | None:
        """What was found out about the evidence of an answer; None where it has no words."""
        text = _words(content, is_chat=self._conversation.shape is CHAT)
        if text is None:
            return None
        (picture,) = self._conversation.pictures
        urls = await self._preparing.addresses(self._conversation)
        path = f"{picture.part.path}.image_url"
        image = await self._preparing.opened(urls[picture.number], path)
        try:
            return await asyncio.to_thread(self._cited, image, text)
        except UsageError as wrong:
            raise _refused(str(wrong)) from None
        except RemoteError:
            raise ApiError(
                502, "the upstream answered, but not when asked for its evidence", param=PARAM
            ) from None

    def _cited(self, image: Image, text: str) -> Json:
        conversation = self._conversation
        words = "\n".join(conversation.shape.texts(conversation.body))
        regions = encodings_of(conversation, self._served)[1]
        asking = Asking(images=(image,), text=words, regions=regions)
        how = How(settings=Generation(max_new_tokens=LONGEST))
        self._model.known_dialect()
        (composed,) = self._model.composed([asking], how)
        answer = self._model.answer_of(composed, how, Completion(text=text))
        found = cited(self._model, asking, answer, judge=None, strict=False).cited
        return {} if found is None else found.record()


def _words(content: bytes, *, is_chat: bool) -> str | None:
    try:
        told = json.loads(content)
        if is_chat:
            said = told["choices"][0]["message"]["content"]
        else:
            said = told["output"][-1]["content"][0]["text"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return None
    return said if isinstance(said, str) and said else None


def _refused(message: str) -> ApiError:
    return ApiError(400, message, param=PARAM)
