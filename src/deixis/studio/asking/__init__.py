"""One question to several models side by side, as `serve` asks each, in one stream of events."""
