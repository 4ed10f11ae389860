"""Runs of the validation room on corpora: configuration in, results out. Imports only public names of autocode."""
