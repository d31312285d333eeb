"""Reads, makes and explains sealed envelopes for developers. It never shows a part of a key."""
