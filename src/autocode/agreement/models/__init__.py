"""Agreement of a model with human coders."""
