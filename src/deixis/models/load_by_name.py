"""A model by its name: a tiny one, a checkpoint on disk or on the hub, or one behind a server.

Nothing is imported but what opens the model that is asked for.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from deixis.core.errors import UnknownNameError
from deixis.core.optional_parts import opened
from deixis.models.family_table import FAMILIES
from deixis.models.interface import VisionLanguageModel
from deixis.models.opener import opener_of, openers

Options = TypeVar("Options")
SHIPPED = "nano"  # the small trained model inside this package
CHECKPOINT = "deixis.models.checkpoint_model:load_checkpoint"


def load(name: str, **options: Any) -> VisionLanguageModel:  # Any: fields of the kind's dataclass
    """The model of that name.

    "nano" is the small trained one inside this package; "tiny:llava" is a random one of a hundred
    thousand parameters (options: `testing.tiny.opening.TinyLoading`); "openai:MODEL@URL" is behind
    a server (options: `remote.server_settings.Remote`); other packages add more such prefixes. All
    else is a folder, or OWNER/NAME of the Hugging Face hub (options: `Loading`). A model of no
    known family is a `GenericModel`.
    """
    opener = opener_of(name)
    if opener is not None:
        return opener.open(name, **options)
    place = str(shipped_folder()) if name == SHIPPED else name
    if "/" not in place and not Path(place).is_dir():
        tiny = (f"tiny:{family}" for family in FAMILIES)
        known = [SHIPPED, *(f"{kind}:…" for kind in openers.names()), *tiny]
        raise UnknownNameError(
            kind="folder, hub model (OWNER/NAME) or model",
            name=name,
            known=known,
            package=openers.elsewhere.get(name.partition(":")[0]),
        )
    load_checkpoint = opened(CHECKPOINT, needed_for=f"the model {name}")
    return load_checkpoint(place, name=name, **options)


def shipped_folder() -> Path:
    """The folder of nano's checkpoint, which plain transformers read too."""
    return Path(__file__).parent / "nano" / "weights"


def options_of(
    kind: type[Options], options: Mapping[str, Any]
) -> Options:  # Any: fields of the kind
    """The options of that dataclass; a name that it lacks is told."""
    known = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    for option in options:
        if option not in known:
            raise UnknownNameError(kind="option of this kind of model", name=option, known=known)
    return kind(**options)
