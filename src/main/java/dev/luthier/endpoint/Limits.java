package dev.luthier.endpoint;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import java.util.Optional;

/** How fast an endpoint may be asked. */
@Doc("How fast the endpoint may be asked")
public record Limits(
    @Doc("At most so many requests in any 60 seconds; unset: no limit")
        Optional<Integer> requestsPerMinute,
    @Doc(
            "At most so many tokens, in and out, in any 60 seconds; unset: no limit. A request counts"
                + " by its length until its usage is told")
        Optional<Integer> tokensPerMinute,
    @Doc("At most so many requests at once") @Default("4") int concurrency) {
  public Limits {
    requestsPerMinute.ifPresent(n -> Check.atLeast("limits.requests_per_minute", 1, n));
    tokensPerMinute.ifPresent(n -> Check.atLeast("limits.tokens_per_minute", 1, n));
    Check.atLeast("limits.concurrency", 1, concurrency);
    Check.atMost("limits.concurrency", 256, concurrency);
  }
}
