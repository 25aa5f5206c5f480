"""Small models in the real classes of transformers, and what trains them."""
