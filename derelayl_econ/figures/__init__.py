"""One figure, one module, registered by name."""
