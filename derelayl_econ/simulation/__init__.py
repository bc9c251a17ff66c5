"""A relay in which real models are trained, to confirm or refute the games' predictions."""
