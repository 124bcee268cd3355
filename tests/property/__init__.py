"""The contract of the library: one property a file, over random threads, formats, policies and budgets."""
