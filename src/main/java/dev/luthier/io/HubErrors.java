package dev.luthier.io;

import dev.luthier.error.UserError;
import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;
import java.util.Set;

/** What a hub's refusal means: its status, and its X-Error-Code where it sends one. */
final class HubErrors {
  private static final Set<Integer> PASSING = Set.of(408, 425, 429, 500, 502, 503, 504);
  private static final int LONGEST = 200;

  private final HubSettings settings;

  HubErrors(HubSettings settings) {
    this.settings = settings;
  }

  /**
   * The error for an answer of the hub itself.
   *
   * @return what cannot be repaired by trying again
   * @throws HubCut what may pass
   */
  RuntimeException refusal(HubName name, int status, HttpHeaders headers) throws HubCut {
    String hub = settings.endpoint().toString();
    if (PASSING.contains(status)) {
      throw passing(settings.endpoint().getHost(), status, headers);
    }
    String code = headers.firstValue("X-Error-Code").orElse("");
    String said = headers.firstValue("X-Error-Message").map(HubErrors::line).orElse("");
    if (code.equals("GatedRepo")) {
      return new UserError(
          "%s is gated: accept its terms at %s/%s, and %s"
              .formatted(name, hub, name.id(), token("may read it")));
    }
    if (code.equals("RevisionNotFound")) {
      return new UserError(
          "%s has no branch, tag or commit %s".formatted(name.id(), name.revision()));
    }
    if (code.equals("EntryNotFound")) {
      return new UncheckedIOException(
          new HubWrong("%s lists a file that %s does not have".formatted(name, hub)));
    }
    if (code.equals("RepoNotFound") || status == 401 || status == 404) {
      return new UserError(
          "%s: %s has no such model, or it is private; check the name, or %s%s"
              .formatted(name.id(), hub, token("may read it"), said));
    }
    if (status == 403) {
      return new UserError(
          "%s: %s denies access; %s%s".formatted(name.id(), hub, token("may read it"), said));
    }
    return new UncheckedIOException(
        new HubWrong("%s: %s answers with status %d%s".formatted(name.id(), hub, status, said)));
  }

  /** What may pass. */
  static HubCut passing(String host, int status, HttpHeaders headers) {
    long wait =
        headers
            .firstValue("Retry-After")
            .filter(text -> text.matches("\\d{1,9}"))
            .map(Long::parseLong)
            .orElse(-1L);
    String what = status == 429 ? "too many requests, status 429" : "status " + status;
    return new HubCut("%s answers with %s".formatted(host, what), wait);
  }

  private String token(String purpose) {
    return settings.token().isPresent()
        ? "use another token than the present one (HF_TOKEN or the token file) that " + purpose
        : "set HF_TOKEN to a token that " + purpose;
  }

  private static String line(String text) {
    String line = text.replaceAll("\\s+", " ").strip();
    return line.isEmpty()
        ? ""
        : " (it says: %s)".formatted(line.substring(0, Math.min(LONGEST, line.length())));
  }
}
