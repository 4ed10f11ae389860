"""Corrections of transcripts that were coded: lines matched, the correction planned, and made as one step."""
