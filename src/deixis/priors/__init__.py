"""What a vision encoder knows of each entity: the rank of its name among many."""
