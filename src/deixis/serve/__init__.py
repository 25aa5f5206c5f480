"""Regions over HTTP: any OpenAI-compatible engine, or a model of ours, behind one address."""
