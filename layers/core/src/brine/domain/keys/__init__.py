"""The keys of a keyring over time: which one seals, until when each one opens, and what a rotation changes."""
