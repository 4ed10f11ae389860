"""Codings checked against the classifier: possible label issues, near-duplicates, coherence of themes."""
