"""Coefficients of agreement on units, each with the paper it comes from."""
