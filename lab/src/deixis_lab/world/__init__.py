"""What a scene is made of: its truth, its grounds and signs, and questions about it."""
