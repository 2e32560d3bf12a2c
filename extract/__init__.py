"""What the documents say, exactly as printed."""
