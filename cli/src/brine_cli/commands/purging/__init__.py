"""`brine purge`."""
