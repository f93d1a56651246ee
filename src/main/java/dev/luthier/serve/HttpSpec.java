package dev.luthier.serve;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.doc.Inline;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the server listens, and to whom. */
@Doc("Where the server listens, and to whom")
public record HttpSpec(
    @Doc("The address to listen on; off loopback a token is demanded") @Default("127.0.0.1")
        String host,
    @Doc("The port; 0 takes a free one") @Default("8080") int port,
    @Doc(
            value =
                "The variable of the environment with the token that clients send as Authorization:"
                    + " Bearer; unset: none, on loopback only",
            elsewhere = {"api_key", "token", "key"})
        Optional<String> tokenEnv,
    @Doc(
            value =
                "Other origins whose pages may ask from a browser, such as https://chat.example",
            elsewhere = {"cors", "allowed_origins"})
        @Default("[]")
        List<String> origins,
    @Doc("How requests call the model that answers; unset: the last name of its folder")
        Optional<String> name,
    @Doc("Further models and adapters that requests may name: name: folder") @Default("{}")
        Map<String, Path> also,
    @Inline Limits limits) {
  public HttpSpec {
    Check.atLeast("http.port", 0, port);
    Check.atMost("http.port", 65535, port);
    origins = List.copyOf(origins);
    also = Map.copyOf(also);
    origins.forEach(HttpSpec::checkOrigin);
    if (tokenEnv.isEmpty() && !loopback(host)) {
      throw new UserError(
          ("http.host %s is reached from outside, so a token is demanded: name the variable of the"
                  + " environment that holds it as http.token_env, or listen on 127.0.0.1")
              .formatted(host));
    }
  }

  /** One that serves its model alone, by the usual name. */
  HttpSpec(String host, int port, Optional<String> tokenEnv, List<String> origins, Limits limits) {
    this(host, port, tokenEnv, origins, Optional.empty(), Map.of(), limits);
  }

  private static void checkOrigin(String origin) {
    URI uri;
    try {
      uri = URI.create(origin);
    } catch (IllegalArgumentException e) {
      throw new UserError("http.origins must be as https://chat.example, was " + origin, e);
    }
    boolean whole =
        uri.getHost() != null
            && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()));
    if (!whole || !String.valueOf(uri.getPath()).isEmpty() || origin.contains("*")) {
      throw new UserError("http.origins must be as https://chat.example, was " + origin);
    }
  }

  /** Whether only this machine reaches an address. */
  static boolean loopback(String host) {
    try {
      for (InetAddress address : InetAddress.getAllByName(host)) {
        if (!address.isLoopbackAddress()) {
          return false;
        }
      }
      return true;
    } catch (UnknownHostException e) {
      throw new UserError("http.host %s is no address of this machine".formatted(host), e);
    }
  }

  /**
   * The token that clients send.
   *
   * @throws UserError if the variable is not set, or holds less than guessing needs
   */
  Optional<String> token() {
    return tokenEnv.map(
        name -> {
          String value = System.getenv(name);
          if (value == null || value.isBlank()) {
            throw new UserError(
                "http.token_env: the environment has no variable %s; set it to the token"
                    .formatted(name));
          }
          return value.strip();
        });
  }
}
