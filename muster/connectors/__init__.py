"""The outside: webhooks, mail; every call is bounded in time and refuses private addresses."""
