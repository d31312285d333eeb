"""Explains what the next request would do and why, and changes nothing: `Explainer` answers with an `Explanation`."""
