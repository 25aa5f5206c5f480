"""Stand-ins that know where things are in any crop of a picture whose ground tells the place.

`Seer` gives places and errs by a share of what it is shown; `Reader` answers from what it is shown,
or, where it only pretends to look, from memory or with a region of its own making.
"""

import zlib

import numpy as np

import deixis as dx
from deixis.core.errors import RegionError
from deixis.core.shapes import Box
from deixis.core.size import Size
from deixis.core.view import Resized, View
from deixis.models.interface import Abilities, Completion, VisionLanguageModel

NOTHING = Abilities(
    many_pictures=True,
    system=True,
    answer_logprobs=False,
    loss=False,
    pixel_gradient=False,
    vision_tokens=False,
    spatial_tokens=False,
)
GREY = 128
SMALL = Size(width=64, height=64)


def ground(width, height):
    """A picture of up to 4096 x 4096 whose every pixel tells its place."""
    y, x = np.mgrid[:height, :width]
    pixels = np.stack([x // 16, y // 16, x % 16 * 16 + y % 16], axis=2)
    return dx.Image(pixels=pixels.astype(np.uint8))


def place_of(pixel):
    column, row, rest = map(int, pixel)
    return column * 16 + rest // 16, row * 16 + rest % 16


def window_of(image):
    """The window of the ground that an image shows, not enlarged; None for another picture."""
    left, top = place_of(image.pixels[0, 0])
    right, bottom = place_of(image.pixels[-1, -1])
    if (right - left + 1, bottom - top + 1) != (image.size.width, image.size.height):
        return None
    return Box(x0=left, y0=top, x1=right + 1, y1=bottom + 1)


def draws(*names):
    """A generator of its own for each case."""
    return np.random.default_rng([zlib.crc32(str(name).encode()) for name in names])


class Base(VisionLanguageModel):
    """Counts its calls, keeps what it was asked, and sees pictures small, so that no crop is
    enlarged.
    """

    name, abilities = "seer", NOTHING

    def __init__(self, dialect="qwen3_vl"):
        self.dialect = dialect
        self.questions = []

    def views(self, size, *, alone=True):
        return (View(original=size, steps=(Resized(size=SMALL, resample="bilinear"),)),)

    def generate(self, questions, settings=None):
        self.questions += questions
        return [Completion(text=self.answer(question)) for question in questions]

    def say(self, region, size):
        try:
            return dx.dialects.get(self.dialect)().say([region], size)
        except RegionError:
            return "It is outside."


class Seer(Base):
    """`things` are boxes by names. A crop is misled in `misled` of the cases: "once" a crop, each
    for itself, to a place by lot, or "always", to the thing's double in `doubles`.
    """

    def __init__(self, things, *, error=0.0, misled=0.0, how="once", doubles=None, seed=0, **more):
        super().__init__(**more)
        self.things, self.doubles = things, doubles or {}
        self.error, self.misled, self.how, self.seed = error, misled, how, seed

    def answer(self, question):
        image = question.pictures[-1]
        name = max((one for one in self.things if one in question.text), key=len)
        window = window_of(image)
        box = self._shown(name, window)
        middle = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
        if not (window.x0 <= middle[0] <= window.x1 and window.y0 <= middle[1] <= window.y1):
            return "There is no such thing in the picture."
        size = image.size
        lot = draws(self.seed, name, window)
        errors = lot.normal(0, self.error, 4) * np.array([size.width, size.height] * 2)
        moved = np.array(box.xyxy) - np.array([window.x0, window.y0] * 2) + errors
        x0, x1 = sorted((float(moved[0]), float(moved[2])))
        y0, y1 = sorted((float(moved[1]), float(moved[3])))
        if "point" in question.text.casefold():
            return self.say(dx.point((x0 + x1) / 2, (y0 + y1) / 2), size)
        return self.say(dx.box(x0, y0, x1, y1), size)

    def _shown(self, name, window):
        box = self.things[name]
        is_crop = (window.x0, window.y0) != (0, 0) or window.width < 1000
        key = name if self.how == "always" else (name, window)
        if not is_crop or draws(self.seed, "misled", key).random() >= self.misled:
            return box
        if self.how == "always":
            return self.doubles[name]
        lot = draws(self.seed, "where", key)
        x, y = lot.uniform(window.x0, window.x1), lot.uniform(window.y0, window.y1)
        return _around(x, y, box.width, box.height)


def scattered(count, size, seed):
    """Things of 16 to 300 pixels all over a picture, each with a double beside it."""
    lot = np.random.default_rng(seed)
    things, doubles = {}, {}
    for number in range(count):
        side, shape = np.exp(lot.uniform(np.log(16), np.log(300))), np.exp(lot.uniform(-0.7, 0.7))
        width, height = min(side * shape, 400), min(side / shape, 400)
        x, y = lot.uniform(width, size.width - width), lot.uniform(height, size.height - height)
        name = f"thing {number:04d}."
        things[name] = _around(x, y, width, height)
        doubles[name] = _double(lot, x, y, width, height, size)
    return things, doubles


def _double(lot, x, y, width, height, size):
    """One of the same size, apart from it, in the same fifth of the picture."""
    while True:
        reach = size.width / 10
        other_x, other_y = lot.uniform(x - reach, x + reach), lot.uniform(y - reach, y + reach)
        is_apart = abs(other_x - x) >= width or abs(other_y - y) >= height
        is_inside = 0 < other_x < size.width and 0 < other_y < size.height
        if is_apart and is_inside:
            return _around(other_x, other_y, width, height)


def _around(x, y, width, height):
    edges = x - width / 2, y - height / 2, x + width / 2, y + height / 2
    return Box(**dict(zip(("x0", "y0", "x1", "y1"), map(float, edges), strict=True)))


class Reader(Base):
    """Knows what stands where; a word can be read where at least nine tenths of its box are shown
    and not painted over. "looks": it reads, and gives the word's own box with an error; "invents":
    it reads, and makes its region up; "remembers": it says the word whatever it is shown.
    """

    def __init__(self, words, *, way="looks", error=0.01, seed=0, **more):
        super().__init__(**more)
        self.words, self.way, self.error, self.seed = words, way, error, seed

    def answer(self, question):
        image = question.pictures[-1]
        name = max((one for one in self.words if one in question.text), key=len)
        word, box = self.words[name]
        window = window_of(image) or Box(x0=0, y0=0, x1=image.size.width, y1=image.size.height)
        if "bbox" in question.text:
            return self._place(name, box, image.size)
        is_read = self.way == "remembers" or self._is_shown(box, window, image)
        return word if is_read else f"I cannot see the {name}."

    def _is_shown(self, box, window, image):
        left, top = max(box.x0, window.x0), max(box.y0, window.y0)
        right, bottom = min(box.x1, window.x1), min(box.y1, window.y1)
        if right <= left or bottom <= top:
            return False
        shown = image.pixels[
            int(top - window.y0) : int(bottom - window.y0),
            int(left - window.x0) : int(right - window.x0),
        ]
        return (shown != GREY).any(axis=2).sum() >= 0.9 * box.area

    def _place(self, name, box, size):
        lot = draws(self.seed, name)
        if self.way != "looks":
            x, y = lot.uniform(0, size.width - box.width), lot.uniform(0, size.height - box.height)
            box = Box(x0=x, y0=y, x1=x + box.width, y1=y + box.height)
        errors = lot.normal(0, self.error, 2) * (size.width, size.height)
        x, y = float(box.x0 + errors[0]), float(box.y0 + errors[1])
        return self.say(dx.box(x, y, x + box.width, y + box.height), size)


def written(count, size, seed):
    """Words all over a picture, by names."""
    lot = np.random.default_rng(seed)
    found = {}
    for number in range(count):
        width, height = lot.uniform(60, 200), lot.uniform(20, 60)
        x, y = lot.uniform(0, size.width - width), lot.uniform(0, size.height - height)
        word = "".join(lot.choice(list("abcdefghkmnprstuvwz"), 6))
        found[f"sign {number:04d}?"] = (word, Box(x0=x, y0=y, x1=x + width, y1=y + height))
    return found
