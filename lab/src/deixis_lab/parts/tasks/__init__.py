"""Tasks about whole pictures of Things, twins of published ones."""
