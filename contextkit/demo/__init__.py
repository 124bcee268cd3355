"""The thread that ships with contextkit: a deployment agent at work."""
