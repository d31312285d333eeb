"""The commands for sealed envelopes and their keys."""
