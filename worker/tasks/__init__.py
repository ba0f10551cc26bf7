"""The handlers: one module a package, about five lines a job, each calling one service."""
