"""The assistant: the model's client, its tools, limits, and a conversation's turns."""
