"""The commands of `brine`, one module each, and their shared code for the terminal."""
