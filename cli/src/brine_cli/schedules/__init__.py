"""Schedules of EventBridge and its Scheduler: the expressions, the events, and a thread that runs them."""
