"""The shapes of marks, one file each."""
