"""Machine-checked theorems behind the shipped formulas: ``python -m proofs``."""
