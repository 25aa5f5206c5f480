"""The Scenes world: small pictures drawn by code, with their whole truth and questions."""
