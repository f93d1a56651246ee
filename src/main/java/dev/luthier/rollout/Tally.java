package dev.luthier.rollout;

/** Counts what a call of the generator takes. */
final class Tally {
  private int rows;
  private long cacheBytes;
  private long promptTokens;
  private long steps;

  void started(int tokens) {
    promptTokens += tokens;
  }

  void stepped(int running) {
    rows = Math.max(rows, running);
    steps++;
  }

  void holding(long bytes) {
    cacheBytes = Math.max(cacheBytes, bytes);
  }

  Generation.Usage usage() {
    return new Generation.Usage(rows, cacheBytes, promptTokens, steps);
  }
}
