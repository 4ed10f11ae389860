"""Confidence intervals and standard errors of coefficients."""
