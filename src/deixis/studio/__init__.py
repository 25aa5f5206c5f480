"""A page on which people point: they draw, ask models side by side, label, and hand it over."""
