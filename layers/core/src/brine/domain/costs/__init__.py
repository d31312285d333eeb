"""What AWS bills for a request: the units of its calls, and their prices."""
