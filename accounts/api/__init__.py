"""What every address of the REST API stands on: who asks, how often, what was sent, what is answered when it fails."""
