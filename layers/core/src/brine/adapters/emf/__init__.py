"""The log and the metrics of functions, in the same lines: CloudWatch's embedded metric format (EMF)."""
