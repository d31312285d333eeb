"""The emulators of AWS (moto) and of an origin (httpbin), each in its own process."""
