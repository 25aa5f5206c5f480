"""Names under which models write places in objects and calls, and names that are no places.

Each is in small letters. What no table names is not taken for a place.
"""

BOX_KEYS = (
    "bbox_2d",
    "box_2d",
    "bbox",
    "box",
    "bounding_box",
    "boundingbox",
    "bboxes",
    "boxes",
    "bounding_boxes",
    "region",
    "start_box",
    "end_box",
)
POINT_KEYS = (
    "point_2d",
    "point",
    "points",
    "coordinate",
    "coordinates",
    "coordinate2",
    "start_coordinate",
    "end_coordinate",
    "start_point",
    "end_point",
    "center",
    "position",
    "location",
    "path",
    "keypoints",
    "to",
)
OUTLINE_KEYS = ("polygon", "polygons", "segmentation", "mask", "quad", "outline", "contour")
PLACE_KEYS = (*BOX_KEYS, *POINT_KEYS, *OUTLINE_KEYS)
LABEL_KEYS = (
    "label",
    "name",
    "class",
    "category",
    "object",
    "text_content",
    "text",
    "description",
    "element",
    "title",
)
# texts that an agent writes, types or gives as its reason: whatever stands in them is no place
TEXT_KEYS = frozenset(
    (
        *LABEL_KEYS,
        "content",
        "message",
        "type",
        "url",
        "query",
        "thought",
        "note",
        "intent",
        "explanation",
        "reason",
        "element_info",
        "key",
        "keys",
        "app_name",
        "sub_label",
    )
)
EDGE_KEYS = (
    ("x_min", "y_min", "x_max", "y_max"),
    ("xmin", "ymin", "xmax", "ymax"),
    ("x0", "y0", "x1", "y1"),
    ("x1", "y1", "x2", "y2"),
    ("left", "top", "right", "bottom"),
)
POINT_EDGES = (
    ("x", "y"),
    ("start_x", "start_y"),
    ("end_x", "end_y"),
    ("destination_x", "destination_y"),
)
EXTENT_KEYS = frozenset(("w", "h", "width", "height"))
# numbers under these names count something else than places
OTHER_NUMBERS = frozenset(
    (
        *("score", "scores", "confidence", "confidences", "probability", "probabilities"),
        *("count", "counts", "ids", "id", "index", "indices", "year", "years", "price", "prices"),
        *("color", "colour", "colors", "rgb", "rgba", "hex", "keys", "timestamps", "duration"),
        *("ages", "values", "weights", "logprobs", "embedding"),
    )
)
ACTIONS = frozenset(
    (
        *("click", "leftclick", "rightclick", "middleclick", "doubleclick", "tripleclick"),
        *("leftdoubleclick", "leftdouble", "leftsingle", "rightsingle", "tap", "longpress"),
        *("moveto", "mousemove", "move", "dragto", "drag", "leftdrag", "hover", "swipe", "select"),
        *("point", "box", "bbox", "clickat", "hoverat", "typetextat", "scroll", "hscroll"),
        *("clickelement", "clickabsolute", "writeelementabs", "mousedown", "mouseup", "press"),
        *("leftclickdrag", "draganddrop", "scrollat", "inputtext", "position", "location"),
    )
)
# arguments that tell a place, of whatever call
ARGUMENTS = frozenset(
    (
        *("start_box", "end_box", "start_point", "end_point", "start_coordinate"),
        *("end_coordinate", "coordinate", "point", "box", "bbox"),
    )
)
# whatever these calls are given is a text
TYPING = frozenset(
    ("type", "write", "typewrite", "inputtext", "finished", "answer", "hotkey", "key", "print")
)
# their first number is an amount where no name tells more
AMOUNTS = frozenset(("scroll", "hscroll", "press"))


def action_of(call: str) -> str:
    """A call's name without its module, in small letters without signs: pyautogui.doubleClick is
    doubleclick.
    """
    return call.rpartition(".")[2].replace("_", "").lower()
