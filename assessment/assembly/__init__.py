"""Assembly: forms (mã đề) drawn from the bank, and the paper that a candidate sees."""
