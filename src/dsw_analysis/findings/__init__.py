"""Findings: a checked frame in, numbers out that know what they stand on, and words that they choose."""
