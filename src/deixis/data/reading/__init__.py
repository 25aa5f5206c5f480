"""How files of published rows are read, for what else reads such files: strict, row by row."""

from deixis.data._coco import coco_region, mask_of
from deixis.data._coco_index import CocoIndex
from deixis.data._fields import (
    BadRowError,
    Record,
    list_of,
    number,
    record_of,
    size_of,
    text_of,
    whole,
    whole_of,
)
from deixis.data._json_rows import JsonRows, rows_of
from deixis.data._json_stream import json_stream
from deixis.data._pictures import first_there, folder_of_pictures, picture_in
from deixis.data._records import regions_of

__all__ = [
    "BadRowError",
    "CocoIndex",
    "JsonRows",
    "Record",
    "coco_region",
    "first_there",
    "folder_of_pictures",
    "json_stream",
    "list_of",
    "mask_of",
    "number",
    "picture_in",
    "record_of",
    "regions_of",
    "rows_of",
    "size_of",
    "text_of",
    "whole",
    "whole_of",
]
