"""What an encoder knows, joined with what a model answers: reports, comparisons and repair."""
