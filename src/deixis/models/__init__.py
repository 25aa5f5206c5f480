"""Model families: adapters of checkpoints and servers to the interfaces of `nn`."""
