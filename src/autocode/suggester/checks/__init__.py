"""Checks of a coding by a model of it: label issues, near-duplicates, different uses, confusions, coherence."""
