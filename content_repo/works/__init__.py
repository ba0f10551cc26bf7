"""Works: what is described here (lectures, theses, textbooks), with people, files, rights and states."""
