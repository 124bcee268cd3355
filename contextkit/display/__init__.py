"""Pictures: plain values -> tables for a terminal, and HTML for a notebook."""
