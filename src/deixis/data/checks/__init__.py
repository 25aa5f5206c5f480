"""A data set is looked over here: every row is checked, and some are shown."""
