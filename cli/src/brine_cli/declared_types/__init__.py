"""The declarations of a project's classes for the gateway, made from the code."""
