"""Running: a round's notebooks in warm processes, changed ones only, outputs whole or not at all."""
