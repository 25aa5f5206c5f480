"""Where arguments of tools are rewritten, a stream's calls are held back until they are whole."""

from collections.abc import Callable, Sequence
from typing import TypeAlias, final

from deixis.serve.shapes import Json

Rewriting: TypeAlias = Callable[[Sequence[Json]], Json]  # of calls' functions, in their places


@final
class HeldCalls:
    """The arguments that came so far, by choice and call."""

    def __init__(self, rewriting: Rewriting) -> None:
        self._rewriting = rewriting
        self._pieces: dict[int, dict[int, list[str]]] = {}

    def hold(self, choice: Json) -> bool:
        """Arguments are taken out of a piece of an answer; whether there were any."""
        number, delta = choice.get("index"), choice.get("delta")
        calls = delta.get("tool_calls") if isinstance(delta, dict) else None
        if not isinstance(number, int) or not isinstance(calls, list):
            return False
        is_held = False
        for call in calls:
            function = call.get("function") if isinstance(call, dict) else None
            place = call.get("index") if isinstance(call, dict) else None
            if not isinstance(function, dict) or not isinstance(place, int):
                continue
            arguments = function.get("arguments")
            if isinstance(arguments, str) and arguments:
                held = self._pieces.setdefault(number, {}).setdefault(place, [])
                held.append(arguments)
                function["arguments"] = ""
                is_held = True
        return is_held

    def ended(self, choices: Sequence[Json]) -> list[Json]:
        """The calls of the choices that are over, and after them why they are, which is taken out
        of the choices.
        """
        found: list[Json] = []
        for choice in choices:
            why, number = choice.get("finish_reason"), choice.get("index")
            if why is not None and isinstance(number, int) and number in self._pieces:
                choice["finish_reason"] = None
                over = {"index": number, "delta": {}, "finish_reason": why}
                found += [self.taken(number), over]
        return found

    def taken(self, number: int) -> Json:
        """The calls of a choice, whole, as one piece of its answer."""
        held = sorted(self._pieces.pop(number).items())
        functions: list[Json] = [{"arguments": "".join(pieces)} for _, pieces in held]
        told = self._rewriting(functions)
        pairs = zip(held, functions, strict=True)
        calls = [{"index": place, "function": function} for (place, _), function in pairs]
        return {"index": number, "delta": {"tool_calls": calls, **told}, "finish_reason": None}

    @property
    def left(self) -> list[int]:
        """The choices whose calls nobody has got yet."""
        return sorted(self._pieces)
