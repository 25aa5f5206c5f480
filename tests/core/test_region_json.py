import contextlib
import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deixis.core import region_json
from deixis.core.errors import RegionError
from tests.core import strategies

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/region.schema.json").read_text())


@given(strategies.any_region)
def test_a_region_comes_back_from_json(region):
    assert region_json.loads(region_json.dumps(region)) == region


@given(strategies.any_region)
def test_every_region_fits_the_written_schema(region):
    jsonschema.validate(region_json.to_record(region), SCHEMA)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["kind", "box", "rings", "points", "size", "counts", "score"]),
                inner,
            )
        ),
        max_leaves=12,
    ),
    st.sampled_from(sorted(region_json.SHAPE_READERS)),
)
def test_any_json_is_a_region_or_refused(value, kind):
    record = {"kind": kind, **value} if isinstance(value, dict) else value
    with contextlib.suppress(RegionError):
        region_json.from_record(record)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "object"),
        ('{"kind": "blob"}', "kind is one of"),
        ('{"deixis": "region/9", "kind": "box", "box": [0,0,1,1]}', "region/1"),
        ('{"kind": "box"}', "needs the field 'box'"),
        ('{"kind": "box", "box": [0, 0, 1]}', "4 numbers"),
        ('{"kind": "box", "box": [0, 0, 1, true]}', "expected a number"),
        ('{"kind": "box", "box": [0, 0, 1, 1], "colour": 1}', "no field 'colour'"),
        ('{"kind": "box", "box": [0, 0, 1, 1], "label": 7}', "label is text"),
        ('{"kind": "point", "point": [NaN, 1]}', "finite"),
        ('{"kind": "polygon", "rings": 5}', "list of rings"),
        ('{"kind": "stroke", "points": 5, "width": 1}', "list of points"),
        ('{"kind": "mask", "size": [2, 2], "counts": 7}', "string in counts"),
        ('{"kind": "mask", "size": [1e9, 1e9], "counts": "0"}', "size is within"),
        ('{"kind": "mask", "size": [1000000, 1000000], "counts": "0PPRUUea>00"}', "size is within"),
        ('{"kind": "mask", "size": [NaN, 2], "counts": "0"}', "whole numbers"),
        ('{"kind": "mask", "size": [2, 1e999], "counts": "0"}', "whole numbers"),
        ('{"kind": "mask", "size": [2, 0], "counts": "0"}', "whole numbers"),
        ('{"kind": "mask", "size": [2, 2], "counts": "!!"}', "compressed string"),
    ],
)
def test_a_bad_line_says_what_is_wrong(line, reason):
    with pytest.raises(RegionError, match=reason):
        region_json.loads(line)
