"""Agreement of a team of coders: per code, per pair, over time, and where they disagree."""
