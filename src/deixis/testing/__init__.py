"""What tests need, ours and yours: tiny random models of the real classes."""
