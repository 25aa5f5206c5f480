"""What every model gives: the VisionLanguageModel interface, its values, and shared tensor work."""
