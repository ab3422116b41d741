"""What must be fast, always measured beside a bare baseline in the same run, on the same machine."""
