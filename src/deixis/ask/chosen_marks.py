"""What was left open of a question's marks is chosen: their style for the model, and numbered tags
where colours have no more names.
"""

from collections.abc import Mapping

from deixis.encodings import Encoding
from deixis.encodings.drawn import Drawn
from deixis.encodings.tagged import Tagged
from deixis.marks.settled import num_names_left
from deixis.marks.style import Profile


def chosen_marks(encodings: Mapping[str, Encoding], taught: Profile | None) -> dict[str, Encoding]:
    """Drawn regions have the style that a model was taught; clear marks that are more than there
    are names of colours become outlines with numbers.
    """
    found = {
        name: one.styled(taught) if isinstance(one, Drawn) and taught is not None else one
        for name, one in encodings.items()
    }
    drawn = [one for one in found.values() if isinstance(one, Drawn)]
    given = [one.style.color.rgb for one in drawn if one.style.color is not None]
    if len(drawn) - len(given) <= num_names_left(given):
        return found
    return {name: _tagged(one) for name, one in found.items()}


def _tagged(one: Encoding) -> Encoding:
    is_open = isinstance(one, Drawn) and one.style.color is None
    return Tagged(region=one.region) if is_open else one
