"""Sessions side by side: what changed between two hubs, and the history of every figure over all of a folder."""
