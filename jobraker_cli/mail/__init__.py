"""What leaves: cleaned text, worded facts, rendered templates, bytes of a message."""
