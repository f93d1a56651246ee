package dev.luthier.feedback;

/** What was deleted for one reason, in all: a count without whose it was. */
public record Deletions(String why, long times, Deleted deleted) {}
