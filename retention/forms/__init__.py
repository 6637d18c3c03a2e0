"""What people type on pages of retention."""
