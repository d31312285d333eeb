"""The use cases: what the gateway does with a request, driving the domain over the ports."""
