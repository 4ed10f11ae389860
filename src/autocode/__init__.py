"""autocode."""
