"""What the numbers mean, comparable across departments, places and years."""
