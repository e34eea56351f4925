"""What an operator looks after: health, figures, logs, retention, what is kept of a person."""
