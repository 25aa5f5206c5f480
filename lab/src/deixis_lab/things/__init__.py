"""The Things world: named things drawn by many artists, on grounds, with their whole truth."""
