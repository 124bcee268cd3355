"""Errors: text or exception -> facts -> a short text.

A text goes through `lines` (colours, logger prefixes), `traces`, `runs` and `findings` (what they understand becomes
`facts`), and `summaries`, where what they did not understand is guarded by `salience`.
"""
