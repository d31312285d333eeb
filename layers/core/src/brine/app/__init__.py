"""Apps: Python functions as routes. The gateway caches the parts that a function fetches, and the whole."""
