"""The commands of `brine`, a module for each, and what they share at the terminal."""
