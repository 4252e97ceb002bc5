"""From tables to claims: every sentence, verdict and number of the report is decided here."""
