"""Warnings about routes: settings that are valid, and probably not what their author wants."""
