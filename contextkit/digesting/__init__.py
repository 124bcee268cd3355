"""Large outputs of tools -> the little of them that matters: logs, JSON, diffs, tables and others."""
