"""The games people play around one shared model, one module each."""
