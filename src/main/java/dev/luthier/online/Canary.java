package dev.luthier.online;

import dev.luthier.error.Check;
import java.time.Instant;

/**
 * A version that is tried on a part of the traffic.
 *
 * @param name the version
 * @param share of the conversations, above 0 and at most 1
 * @param since when it began
 */
public record Canary(String name, double share, Instant since) {
  public Canary {
    VersionName.check(name);
    Check.above("canary.share", 0, share);
    Check.within("canary.share", 0, 1, share);
  }
}
