"""The laboratory of Deixis: a small world, small models, and the papers' claims tried on them."""
