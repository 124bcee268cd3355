"""Notebooks to read and to run, each on data that ships with contextkit."""
