"""Checks template.yaml: references, parameters, layers, events, variables and handlers."""
