"""Claim, send, settle: from the outbox to the relay."""
