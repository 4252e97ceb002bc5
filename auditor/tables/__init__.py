"""The audit as plain tables, and the folder that holds them."""
