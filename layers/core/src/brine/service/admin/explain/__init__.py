"""Explains the outcome of the next request, without sending it: `Explainer` answers with an `Explanation`."""
