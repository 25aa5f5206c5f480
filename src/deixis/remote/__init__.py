"""A client for any OpenAI-compatible server, as a VisionLanguageModel."""
