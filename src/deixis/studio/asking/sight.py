"""What a model sees of a picture: what is left of each mark, where its tokens look, what a pixel
prompt's frame holds. Each only as far as the model can tell.
"""

from collections.abc import Mapping
from dataclasses import replace

from deixis.ask.mark_visibility import Sight
from deixis.ask.model import Model
from deixis.core.errors import DeixisError
from deixis.core.image import Image
from deixis.core.token_grid import GridView
from deixis.core.view import View
from deixis.encodings import Encoding
from deixis.encodings.drawn import Drawn
from deixis.serve.shapes import Json

MOST_VIEWS = 64


def seen(model: Model, image: Image, encodings: Mapping[str, Encoding]) -> Json:
    """All that can be told; `why` says for the rest why it cannot be."""
    told: Json = {"marks": {}, "views": [], "grid": None, "prompt": None, "why": {}}
    try:
        sight = Sight(model.vlm, image)
        told["views"] = [_window(view) for view in sight.views[:MOST_VIEWS]]
        told["marks"] = {
            name: _survival(sight, one) for name, one in encodings.items() if isinstance(one, Drawn)
        }
    except DeixisError as unable:
        told["why"]["marks"] = str(unable)
    try:
        grid = model.vlm.token_grid(image.size)
        told["grid"] = {
            "tokens": grid.num_tokens,
            "spatial": grid.spatial,
            "views": [_cells(view) for view in grid.views[:MOST_VIEWS]],
        }
    except DeixisError as unable:
        told["why"]["grid"] = str(unable)
    if model.pixel is not None:
        told["prompt"] = _window(model.pixel.view(image.size))
    return told


def _survival(sight: Sight, one: Drawn) -> Json:
    """What is left of a mark as it would be sent: as wide as the model needs it."""
    mark = one.mark if one.style.width is not None else sight.widened(one.mark)
    found = sight.survival(replace(mark))
    return {
        "width": found.width,
        "contrast": found.contrast,
        "visible": found.visible,
        "told": found.told,
        "losses": list(found.losses),
    }


def _window(view: View) -> Json:
    """What of the original a view shows, and in how many pixels of its own."""
    back, size = view.transform.inverse(), view.size
    left, top = back.shift_x, back.shift_y
    box = [left, top, left + size.width * back.scale_x, top + size.height * back.scale_y]
    return {"box": box, "size": [size.width, size.height]}


def _cells(view: GridView) -> Json:
    """One view's cells as a grid over the original."""
    rows, columns = view.tokens.shape
    boxes = view.cell_boxes
    box = [*boxes[0, 0, :2].tolist(), *boxes[-1, -1, 2:].tolist()]
    return {"columns": columns, "rows": rows, "box": box}
