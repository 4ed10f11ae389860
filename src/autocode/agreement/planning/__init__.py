"""How many lines to double-code."""
