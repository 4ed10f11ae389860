"""Runs of autocode on corpora that other people coded, with what they found; each script says what it measures."""
