"""Our figures beside reference results that other software computed: files in, differences out; pure."""
