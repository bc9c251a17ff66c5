"""Placeholder until the public names are wired."""
