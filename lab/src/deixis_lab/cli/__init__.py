"""What the laboratory adds to the command line."""
