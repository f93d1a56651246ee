package dev.luthier.endpoint;

import java.util.Locale;

/**
 * What asking took.
 *
 * @param requests that were answered
 * @param kept answers that were known already
 * @param in tokens of questions
 * @param out tokens of answers
 * @param untold requests whose usage the endpoint did not tell
 */
public record Spend(long requests, long kept, long in, long out, long untold) {
  /** Nothing yet. */
  static final Spend NONE = new Spend(0, 0, 0, 0, 0);

  Spend and(EndpointReply reply) {
    boolean told = reply.in() + reply.out() > 0;
    return new Spend(
        requests + 1, kept, in + reply.in(), out + reply.out(), untold + (told ? 0 : 1));
  }

  Spend andKept() {
    return new Spend(requests, kept + 1, in, out, untold);
  }

  /** In words. */
  public String told(Price price) {
    String unsure = untold == 0 ? "" : "; of %d requests the usage is not told".formatted(untold);
    return String.format(
        Locale.ROOT,
        "%d requests, %d more answered from the cache; %d tokens in, %d out: %.4f%s",
        requests,
        kept,
        in,
        out,
        price.of(in, out),
        unsure);
  }
}
