"""What a run needs of a device's memory, told before anything is loaded."""
