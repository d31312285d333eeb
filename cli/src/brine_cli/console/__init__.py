"""The console: one page about a running twin, made of three files that need no build."""
