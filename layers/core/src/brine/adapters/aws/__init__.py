"""Signed calls to AWS without its SDK, which is too slow for the hit path (docs/decisions/0041)."""
