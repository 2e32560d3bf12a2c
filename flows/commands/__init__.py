"""The commands of `yujue`, one module per command or pair."""
