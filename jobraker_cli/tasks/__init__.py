"""The scheduled tasks: plan, queue, deliver; and the runner that wraps each of them."""
