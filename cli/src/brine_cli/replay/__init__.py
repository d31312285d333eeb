"""Replays an access log against routes, offline: the hits that there would have been, and their costs."""
