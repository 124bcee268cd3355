"""Tokens: counting them exactly and offline, adding counts up, and cutting a text to so many of them."""
