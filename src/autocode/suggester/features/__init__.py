"""Lines of text as feature vectors."""
