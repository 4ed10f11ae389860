"""Trained artefacts, each with a card and the command that makes it again."""
