"""A long hour in short: many people write while processes are killed and the database goes away."""
