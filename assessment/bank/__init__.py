"""The bank: items, their versions that never change, and who may read and revise them."""
