"""The shapes that mark each source in ViP-LLaVA's release."""

from deixis.data._sample import Marking

ALL = ("rectangle", "ellipse", "triangle", "point", "scribble", "contour", "mask", "arrow")
EIGHT = Marking(shapes=ALL)
VCR = Marking(shapes=tuple(shape for shape in ALL if shape != "point"), test_shapes=("point",))
RELATION = Marking(shapes=("rectangle", "ellipse"))
CAPTION = Marking(shapes=("rectangle", "ellipse", "arrow"))
POINTING = Marking(shapes=("rectangle",), is_constant=True)
COUNTING = Marking(shapes=("rectangle",), is_constant=True, colour="red")
