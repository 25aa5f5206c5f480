"""What the nano models are trained on and how: the encoder, then alignment, then instruction."""
