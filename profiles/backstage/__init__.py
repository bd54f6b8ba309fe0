"""What the admin site needs beyond Django: its first page, the throttled log-in, asking for an import."""
