"""Says of marks on photographs whether they can be seen, from the pictures before and after alone.

Nothing of the renderer is used: CIEDE2000 (Sharma, Wu and Dalal 2005), dichromats after Viénot,
Brettel and Mollon (1999) and after Machado, Oliveira and Fernandes (2009), and the contrast of
WCAG 2 are written here once more. The photographs, the regions and the bounds stood before the
style `clear` was made.
"""

import math
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image as PIL
from scipy import ndimage

import deixis as dx

PHOTOGRAPHS = {
    "astronaut": "skimage/data/astronaut.png",
    "camera": "skimage/data/camera.png",
    "cat": "skimage/data/chelsea.png",
    "coffee": "skimage/data/coffee.png",
    "coins": "skimage/data/coins.png",
    "hubble": "skimage/data/hubble_deep_field.jpg",
    "motorcycle": "skimage/data/motorcycle_left.png",
    "retina": "skimage/data/retina.jpg",
    "rocket": "skimage/data/rocket.jpg",
    "tissue": "skimage/data/ihc.png",
    "china": "sklearn/datasets/images/china.jpg",
    "flower": "sklearn/datasets/images/flower.jpg",
}
SHAPES = ("rectangle", "ellipse", "point", "triangle", "scribble", "mask", "contour", "arrow")
NUM_REGIONS, SEED = 500, 20
SMALLEST, LARGEST = 0.03, 0.6  # of the picture's sides
SEEN_SIDE = 336
LEAST_APART, LEAST_SHARE, LEAST_CONTRAST = 20.0, 0.75, 3.0
RING = 3  # pixels at 336
MOSTLY = 0.5  # of a pixel that core or casing has when a model sees it


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A region lies on a photograph, and is marked under a shape."""

    photograph: str
    shape: str
    region: dx.Region


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The share of the ring from which the core differs, to each viewer, and the contrast with the
    casing; None where there is no core or no casing to be found.
    """

    apart: float | None
    apart_to_deuteranopes: float | None
    contrast: float | None

    @property
    def stands_out(self):
        """Whether the core differs from what lies around the mark."""
        shares = (self.apart, self.apart_to_deuteranopes)
        return all(share is not None and share >= LEAST_SHARE for share in shares)

    @property
    def is_cased(self):
        """Whether the core differs from its casing."""
        return self.contrast is not None and self.contrast >= LEAST_CONTRAST


def photograph(name):
    """The picture, or None where its package is not installed."""
    package, _, rest = PHOTOGRAPHS[name].partition("/")
    found = find_spec(package)
    if found is None or found.origin is None:
        return None
    return dx.open_image(Path(found.origin).parent / rest)


def placed_regions(count=NUM_REGIONS, *, seed=SEED, sizes):
    """So many regions on the photographs; `sizes` tells (width, height) of each by its name."""
    generator = np.random.default_rng(seed)
    names = list(PHOTOGRAPHS)
    found = []
    for number in range(count):
        name = names[number % len(names)]
        shape = SHAPES[number // len(names) % len(SHAPES)]
        shares = np.exp(generator.uniform(math.log(SMALLEST), math.log(LARGEST), 2))
        x, y = generator.uniform(0, 1 - shares)
        kind, radii = int(generator.integers(4)), generator.uniform(0.4, 1, 9)
        if name in sizes:
            width, height = sizes[name]
            box = (x * width, y * height, (x + shares[0]) * width, (y + shares[1]) * height)
            region = _region(kind, box, radii, dx.Size(width=width, height=height))
            found.append(Placed(photograph=name, shape=shape, region=region))
    return found


def _region(kind, box, radii, size):
    x0, y0, x1, y1 = box
    middle_x, middle_y, half_x, half_y = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / 2, (y1 - y0) / 2
    angles = np.arange(len(radii)) * 2 * math.pi / len(radii)
    corners = [
        (float(middle_x + half_x * r * math.cos(a)), float(middle_y + half_y * r * math.sin(a)))
        for r, a in zip(radii, angles, strict=True)
    ]
    if kind == 0:
        return dx.box(*(float(v) for v in box))
    if kind == 1:
        return dx.ellipse(*(float(v) for v in (middle_x, middle_y, half_x, half_y)))
    if kind == 2:
        return dx.polygon(corners)
    return dx.Region(shape=dx.polygon(corners).mask(size))


def judge(before, after, ink, alpha, *, is_cased=True):
    """A verdict at full size and one at the size that a model of 336 pixels sees. `before` and
    `after` are pixels; `ink` is the colour that the mark is called by, laid with `alpha` of 255.
    """
    changed = (before != after).any(axis=2)
    mixed = before * (1 - alpha / 255) + np.array(ink) * alpha / 255
    core = changed & (np.abs(after - mixed).max(axis=2) <= (0 if alpha == 255 else 2))
    casing = changed & ~core & _is_one_of(after, _casing(after[changed & ~core]))
    longer = max(before.shape[:2])
    reach = max(2, round(RING * longer / SEEN_SIDE))
    full = _verdict(after, core, casing, _around(changed, reach), is_cased)
    size = tuple(max(1, round(side * SEEN_SIDE / longer)) for side in before.shape[1::-1])
    small = np.asarray(PIL.fromarray(after).resize(size, PIL.Resampling.BICUBIC))
    shares = [_shrunk(mask, size) for mask in (core, casing, changed)]
    seen = _verdict(
        small, shares[0] >= MOSTLY, shares[1] >= MOSTLY, _around(shares[2] > 0, RING), is_cased
    )
    return full, seen


def _casing(colours):
    """Black or white, whichever there is more of."""
    dark, bright = (int((colours == level).all(axis=1).sum()) for level in (0, 255))
    return 0 if dark >= bright else 255


def _is_one_of(pixels, level):
    return (pixels == level).all(axis=2)


def _around(mask, reach):
    rows, columns = _window(mask, reach + 1)
    distance = ndimage.distance_transform_edt(~mask[rows, columns])
    found = np.zeros_like(mask)
    found[rows, columns] = (distance > 0) & (distance <= reach)
    return found


def _window(mask, reach):
    """Nothing that lies so near to the mask is outside of these rows and columns."""
    spans = []
    for axis, length in ((1, mask.shape[0]), (0, mask.shape[1])):
        (places,) = mask.any(axis=axis).nonzero()
        first, last = (places[0], places[-1]) if places.size else (0, length - 1)
        spans.append(slice(max(0, first - reach), last + 1 + reach))
    return tuple(spans)


def _shrunk(mask, size):
    return np.asarray(PIL.fromarray(mask.astype(np.float32)).resize(size, PIL.Resampling.BOX))


def _verdict(pixels, core, casing, ring, is_cased):
    window = _window(core | casing | ring, 0)
    pixels, core, casing, ring = (one[window] for one in (pixels, core, casing, ring))
    shares = []
    for simulate in (None, vienot, machado):
        if not core.any():
            return Verdict(apart=None, apart_to_deuteranopes=None, contrast=None)
        shown = pixels / 255 if simulate is None else simulate(pixels / 255)
        own = lab(shown[core].mean(axis=0))
        away = delta_e_2000(own, lab(shown[ring]))
        share = float((away >= LEAST_APART).mean()) if away.size else 1.0
        is_far = not away.size or delta_e_2000(own, lab(shown[ring].mean(axis=0))) >= LEAST_APART
        shares.append(share if is_far else 0.0)
    contrast = None
    if is_cased and casing.any():
        light, dark = sorted(
            (float(luminance(pixels[mask] / 255).mean()) for mask in (core, casing)), reverse=True
        )
        contrast = (light + 0.05) / (dark + 0.05)
    return Verdict(apart=shares[0], apart_to_deuteranopes=min(shares[1:]), contrast=contrast)


def linear(rgb):
    """Levels of 0..1 become light."""
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def levels(light):
    """Light becomes levels of 0..1."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def luminance(rgb):
    """WCAG's relative luminance."""
    return linear(rgb) @ np.array([0.2126, 0.7152, 0.0722])


def machado(rgb):
    """A deuteranope's view: severity 1.0 of Machado and others' table."""
    matrix = np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    )
    return levels(linear(rgb) @ matrix.T)


def vienot(rgb):
    """A deuteranope's view: M is made of L and S so that white and blue stay."""
    to_lms = np.array(
        [[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]]
    )
    blind = np.array([[1, 0, 0], [0.494207, 0, 1.24827], [0, 0, 1]])
    return levels(linear(rgb) @ (np.linalg.inv(to_lms) @ blind @ to_lms).T)


def lab(rgb):
    """CIELAB under D65."""
    matrix = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    xyz = linear(rgb) @ matrix.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.stack(
        [116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1
    )


def delta_e_2000(one, two):
    """The difference of two colours of CIELAB, with all weights 1."""
    (l1, a1, b1), (l2, a2, b2) = (np.moveaxis(np.asarray(lab), -1, 0) for lab in (one, two))
    mean_c = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    g = (1 - np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7))) / 2
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    is_grey = c1 * c2 == 0
    turn = (h2 - h1 + 180) % 360 - 180
    turn = np.where((turn == -180) & (h2 > h1), 180, turn)
    dh = np.where(is_grey, 0, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = (h1 + h2) / 2
    across = np.abs(h1 - h2) > 180
    mean_h = np.where(across, np.where(h1 + h2 < 360, mean_h + 180, mean_h - 180), mean_h)
    mean_h = np.where(is_grey, h1 + h2, mean_h)
    t = (
        1
        - 0.17 * np.cos(np.radians(mean_h - 30))
        + 0.24 * np.cos(np.radians(2 * mean_h))
        + 0.32 * np.cos(np.radians(3 * mean_h + 6))
        - 0.20 * np.cos(np.radians(4 * mean_h - 63))
    )
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    turned = 30 * np.exp(-(((mean_h - 275) / 25) ** 2))
    r = -2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7)) * np.sin(np.radians(2 * turned))
    dl, dc = (l2 - l1) / s_l, (c2 - c1) / s_c
    dh = dh / s_h
    return np.sqrt(dl**2 + dc**2 + dh**2 + r * dc * dh)
