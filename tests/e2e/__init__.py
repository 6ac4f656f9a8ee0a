"""The deployed system, as a sceptic would try it."""
