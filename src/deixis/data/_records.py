"""Regions as our own files write them: by the slots that they stand for."""

from deixis.core import region_json
from deixis.core.errors import RegionError
from deixis.core.region import Region
from deixis.data._fields import BadRowError, Record, shown
from deixis.data._words import SLOT


def regions_of(row: Record) -> dict[str, Region]:
    """A row's `regions`: names and regions' JSON (docs/region.schema.json)."""
    records = row.get("regions") or {}
    if not isinstance(records, dict):
        raise BadRowError("regions are an object of names and regions")
    for slot in records:
        if not SLOT.fullmatch(f"{{{slot}}}"):
            raise BadRowError(f"a slot is named by letters, digits and _, got {shown(slot)}")
    try:
        return {slot: region_json.from_record(record) for slot, record in records.items()}
    except RegionError as error:
        raise BadRowError(str(error)) from None
