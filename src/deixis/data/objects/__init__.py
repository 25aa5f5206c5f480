"""Regions become objects of other libraries, and such objects regions; none of them is imported."""
