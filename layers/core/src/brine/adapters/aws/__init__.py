"""Signed calls to AWS without its SDK, too slow for the hit path (docs/decisions/0041)."""
