"""Pure questions to the audit tables: data frame in, numbers out."""
