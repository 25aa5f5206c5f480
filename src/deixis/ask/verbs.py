"""The verbs of asking take the same things: their signature is written once, at `ask_of`.

A verb of a model is a method that gets an `Ask`; what callers write, `ask(image, question, cup=…)`,
is turned into that here. The verbs of a session or a chat, which have their pictures, and those for
`async`, are made of them.
"""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from deixis.ask.asking import Ask, Pictures

Owner = TypeVar("Owner")
Part = TypeVar("Part")
Result = TypeVar("Result")
Given = ParamSpec("Given")


def takes(
    source: Callable[Given, Ask],
) -> Callable[[Callable[[Owner, Ask], Result]], Callable[Concatenate[Owner, Given], Result]]:
    """A method that gets an `Ask` becomes a verb that takes what makes one."""

    def decorated(
        method: Callable[[Owner, Ask], Result],
    ) -> Callable[Concatenate[Owner, Given], Result]:
        @wraps(method)
        def verb(owner: Owner, /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
            return method(owner, source(*args, **kwargs))

        return _signed(verb, source, result_of=method)

    return decorated


def takes_with(
    source: Callable[Concatenate[Pictures, str, Given], Ask], name: str
) -> Callable[
    [Callable[[Owner, Ask, Part], Result]],
    Callable[Concatenate[Owner, Pictures, str, Part, Given], Result],
]:
    """The same with one more thing, of that name, after the question."""

    def decorated(
        method: Callable[[Owner, Ask, Part], Result],
    ) -> Callable[Concatenate[Owner, Pictures, str, Part, Given], Result]:
        @wraps(method)
        def verb(
            owner: Owner,
            image: Pictures,
            question: str,
            part: Part,
            /,
            *args: Given.args,
            **kwargs: Given.kwargs,
        ) -> Result:
            return method(owner, source(image, question, *args, **kwargs), part)

        return _signed(verb, source, result_of=method, part=name)

    return decorated


def without_first(verb: Callable[..., object], *, but: str = "") -> inspect.Signature:
    """The signature of a verb whose pictures are known: the first after `self` falls away, and the
    one of the name `but`.
    """
    signature = inspect.signature(verb)
    owner, _, *rest = signature.parameters.values()
    return signature.replace(parameters=[owner, *(one for one in rest if one.name != but)])


Verb = TypeVar("Verb", bound=Callable[..., object])


def _signed(
    verb: Verb,
    source: Callable[..., object],
    *,
    result_of: Callable[..., object],
    part: str | None = None,
) -> Verb:
    """The verb, which tells by what names it takes what."""
    own = inspect.signature(result_of)
    first, _, *_ = own.parameters.values()
    given = list(inspect.signature(source).parameters.values())
    parts = [] if part is None else [own.parameters[part]]
    positional = [one.replace(kind=inspect.Parameter.POSITIONAL_ONLY) for one in (first, *parts)]
    signature = own.replace(parameters=[positional[0], *given[:2], *positional[1:], *given[2:]])
    verb.__signature__ = signature  # type: ignore[attr-defined]
    return verb
