"""Training: the shared runner, what it can train, and the reading of conversation data."""
