"""Emulators of AWS (moto) and of an origin (httpbin), each in a process of its own."""
