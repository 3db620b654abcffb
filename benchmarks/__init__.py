"""What `make bench` measures. Nothing here can fail on speed; figures that compare are ratios inside one run."""
