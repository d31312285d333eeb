"""AWS Lambda, emulated: execution environments in processes of their own, and the poller of SQS queues."""
