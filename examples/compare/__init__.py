"""The same bug and the same traffic, by dice for each hop and by one decision."""
