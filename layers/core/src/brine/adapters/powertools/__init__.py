"""Handlers of Lambda events, log lines and metrics; and the runner of functions, which is imported at its first run."""
