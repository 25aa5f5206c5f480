"""Learning a pixel prompt, on one model or several that stay as they are."""
