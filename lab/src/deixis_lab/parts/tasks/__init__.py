"""Tasks about whole pictures of the Scenes, twins of published ones."""
