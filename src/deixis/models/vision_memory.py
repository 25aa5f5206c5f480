"""What a vision side made of the last pictures, for further questions about the same ones."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import final

import torch

from deixis.models.interface import Question
from deixis.models.language import Output, Tensors

MOST = 8  # outputs that are kept: pictures with marks differ by their marks


@final
class VisionMemory:
    """Outputs by all that they were made of: the tensors that went in, the notes, the change of
    tokens. Weights are taken to stay as they are. Whoever uses it holds the model's lock.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._outputs: OrderedDict[str, tuple[object, Output]] = OrderedDict()

    def recall(
        self,
        inputs: Tensors,
        questions: Sequence[Question],
        change: object,
        make: Callable[[], Output],
    ) -> Output:
        """The output that was made of the same, else a new one; with gradients always a new one."""
        if torch.is_grad_enabled():
            return make()
        key = _digest(inputs, questions)
        made_by, output = self._outputs.pop(key, (None, None))
        if output is None or made_by is not change:
            output = make()
        self._outputs[key] = (change, output)
        while len(self._outputs) > self._most:
            self._outputs.popitem(last=False)
        return output


def _digest(inputs: Tensors, questions: Sequence[Question]) -> str:
    digest = hashlib.sha256(repr([question.notes for question in questions]).encode())
    for name, values in sorted(inputs.items()):
        digest.update(f"{name} {values.dtype} {tuple(values.shape)}\n".encode())
        plain = values.detach().cpu().contiguous()
        digest.update(plain.view(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()
