"""What the diff model learns from, beside mined commits, and what it must never see."""
