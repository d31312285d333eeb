"""Warnings about routes: settings that are valid, and probably not intended."""
