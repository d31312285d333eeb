"""Replays an access log against routes, offline: what would have been hits, and what they would have cost."""
