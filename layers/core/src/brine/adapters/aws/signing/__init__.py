"""Credentials for AWS, and signatures made with them."""
