"""Intake: a raw file in, a checked and typed frame out, or every problem of it named."""
