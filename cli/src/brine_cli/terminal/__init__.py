"""Writes texts at a terminal that came from elsewhere: from clients, origins, functions, logs and files."""
