"""Codings and tables as arrays: coders by units, and what is counted in them."""
