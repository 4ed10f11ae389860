"""Suggestions for data frames and for tables too large for memory."""
