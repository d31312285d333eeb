"""Objects to pickle streams and back: the writers, the restricted unpickler, and the makers that streams call."""
