"""Emulated AWS Lambda: execution environments in their own processes, and the poller of SQS queues."""
