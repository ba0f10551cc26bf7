"""Word papers (.docx), the way Vietnamese teachers write them: read into questions, and written from them."""
