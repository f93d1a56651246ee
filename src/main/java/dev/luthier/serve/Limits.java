package dev.luthier.serve;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;

/** What a request may take, and how many there are at once. */
@Doc("What a request may take, and how many there are at once")
public record Limits(
    @Doc("The most new tokens of an answer; an answer that names no number has so many at most")
        @Default("1024")
        int maxTokens,
    @Doc("Answers that are written at the same time") @Default("64") int rows,
    @Doc("The most memory for keys and values, in MB of 2^20 bytes") @Default("2048") long cacheMb,
    @Doc("Requests at the same time, waiting ones among them; further ones get 429") @Default("256")
        int atOnce,
    @Doc("Requests that may wait for a place; further ones get 429") @Default("128") int queue,
    @Doc("The largest body of a request in bytes; a larger one gets 413") @Default("1048576")
        long bodyBytes,
    @Doc("Seconds until an answer has to be there, the wait among them; then 504") @Default("600")
        double seconds,
    @Doc("Seconds in which a body has to arrive (then 408), and in which a client has to read")
        @Default("30")
        double idleSeconds,
    @Doc("Seconds that running answers have to end when the server stops") @Default("30")
        double stopSeconds) {
  static final Limits USUAL = new Limits(1024, 64, 2048, 256, 128, 1 << 20, 600, 30, 30);

  public Limits {
    Check.atLeast("http.max_tokens", 1, maxTokens);
    Check.within("http.rows", 1, 4096, rows);
    Check.within("http.cache_mb", 1, 1L << 30, cacheMb);
    Check.within("http.at_once", 1, 10_000, atOnce);
    Check.atLeast("http.queue", 0, queue);
    Check.within("http.body_bytes", 1, 1L << 30, bodyBytes);
    Check.above("http.seconds", 0, seconds);
    Check.above("http.idle_seconds", 0, idleSeconds);
    Check.atLeast("http.stop_seconds", 0, stopSeconds);
  }
}
