"""How common codes are, estimated from a probability sample."""
