"""What US carriers let a registered sender do: a campaign's minute, a brand's day. Decision 70."""
