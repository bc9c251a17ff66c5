"""Equilibrium computation: roots that are counted, exact enumeration, certificates."""
