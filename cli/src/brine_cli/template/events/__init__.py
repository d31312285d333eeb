"""The events of functions that no request brings: schedules, and those that the twin does not serve."""
