"""The classifier: codebook and coded lines, context, calibration and thresholds."""
