package dev.luthier.feedback;

/** How many rows went. This count is kept, without whose they were. */
public record Deleted(long answers, long feedback, long decisions) {
  public long all() {
    return answers + feedback + decisions;
  }
}
