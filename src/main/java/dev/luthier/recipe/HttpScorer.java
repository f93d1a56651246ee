package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Name;
import dev.luthier.doc.Shorthand;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import dev.luthier.reward.HttpReward;
import dev.luthier.reward.Reward;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** A service that scores. */
@Name("http")
@Doc("A service that scores, given by its address; docs/rl.md says what it is asked and answers")
@Shorthand
record HttpScorer(
    @Doc("Its address; answers are sent there by POST") String url,
    @Doc("Seconds until a whole answer has to be there") @Default("60") double timeout,
    @Doc(
            "How often a request is tried again where the connection breaks, no answer comes in time,"
                + " or the status is 408, 429 or 5xx; after 1 s, 2 s and so on to 30 s, or when"
                + " Retry-After says")
        @Default("5")
        int retries,
    @Doc("Most answers in one request") @Default("64") int batch,
    @Doc("Requests at the same time") @Default("4") int atOnce,
    @Doc("The variable of the environment with a token, sent as Authorization: Bearer; unset: none")
        Optional<String> tokenEnv)
    implements Scorer {
  private static final Duration FIRST = Duration.ofSeconds(1);

  HttpScorer {
    address(url);
    Check.above("http.timeout", 0, timeout);
    Check.atLeast("http.retries", 0, retries);
    Check.atLeast("http.batch", 1, batch);
    Check.atLeast("http.at_once", 1, atOnce);
  }

  private static URI address(String url) {
    try {
      URI uri = URI.create(url);
      if (uri.getHost() != null && String.valueOf(uri.getScheme()).matches("https?")) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new UserError(
          "http.url must be an address such as http://host:8000/score, was " + url, e);
    }
    throw new UserError("http.url must be an address such as http://host:8000/score, was " + url);
  }

  @Override
  public boolean bounded() {
    return false;
  }

  @Override
  public Reward open(String device) {
    Optional<String> token = tokenEnv.map(HttpScorer::token);
    Duration limit = Duration.ofMillis(Math.max(1, Math.round(timeout * 1000)));
    return new HttpReward(
        address(url), new HttpReward.Manner(limit, retries, FIRST, batch, atOnce), token);
  }

  private static String token(String name) {
    String token = System.getenv(name);
    if (token == null || token.isBlank()) {
      throw new UserError("http.token_env names the variable %s, which is not set".formatted(name));
    }
    return token;
  }
}
