"""CloudWatch: the metrics of the stack, for operators."""
