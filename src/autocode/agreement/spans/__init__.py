"""Agreement on where spans of text begin and end, and on their codes."""
