"""What was published, kept byte for byte."""
