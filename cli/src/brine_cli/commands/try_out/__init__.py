"""Commands and lines to try out what a twin serves: a single invocation, tokens, and requests that fit the template."""
