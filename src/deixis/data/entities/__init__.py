"""Sets of entities with pictures of each: folders, lists, data sets, and who draws them."""
