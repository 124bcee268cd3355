"""The tests of contextkit."""
