"""suggester."""
