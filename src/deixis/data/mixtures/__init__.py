"""Several data sets as one, in shares."""
