package dev.luthier.endpoint;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** A chat endpoint that speaks the protocol of OpenAI. */
@Doc("A chat endpoint that speaks the protocol of OpenAI")
public record Endpoint(
    @Doc(
            value = "Its base, to which /chat/completions is added, as https://api.openai.com/v1",
            elsewhere = {"base_url", "api_base"})
        String url,
    @Doc("The model to ask, as the endpoint calls it") String model,
    @Doc(
            value =
                "The environment variable that holds the key; unset: no key. The key itself never"
                    + " stands in a file",
            elsewhere = {"api_key", "key_env"})
        Optional<String> key,
    @Doc("Seconds until an answer must be there, whole") @Default("120") double timeout,
    @Doc(
            value =
                "How often a request is tried before the run stops, with pauses of 1, 2, 4 ... 60 s,"
                    + " or as long as Retry-After says",
            elsewhere = {"retries", "max_retries"})
        @Default("6")
        int attempts,
    @Doc("How fast it may be asked") @Default("{}") Limits limits,
    @Doc("What it costs") @Default("{}") Price price,
    @Doc(
            "The file that keeps every answer, so that the same request is never made twice, by this"
                + " run or another")
        @Default("runs/endpoint-cache.jsonl")
        Path cache) {
  private static final String CHAT = "/chat/completions"; // which the address may end with

  public Endpoint {
    Check.above("endpoint.timeout", 0, timeout);
    Check.atLeast("endpoint.attempts", 1, attempts);
    if (!url.matches("https?://[^/\\s]+.*")) {
      throw new UserError(
          "endpoint.url must be an address such as http://localhost:8000/v1, was " + url);
    }
    if (model.isBlank()) {
      throw new UserError("endpoint.model must name a model, was empty");
    }
    key.filter(name -> !name.matches("[A-Za-z_][A-Za-z0-9_]*"))
        .ifPresent(
            name -> {
              throw new UserError(
                  "endpoint.key must be the name of an environment variable, not the key itself");
            });
  }

  /**
   * Where requests go.
   *
   * @param path what is added to the base
   */
  URI at(String path) {
    String base = url.replaceAll("/+$", "");
    String own = base.endsWith(CHAT) ? base.substring(0, base.length() - CHAT.length()) : base;
    try {
      return URI.create(own + path);
    } catch (IllegalArgumentException e) {
      throw new UserError("endpoint.url is no address: " + url, e);
    }
  }

  /** Who it is, for messages. */
  String host() {
    URI uri = at("");
    return uri.getPort() < 0 ? uri.getHost() : uri.getHost() + ":" + uri.getPort();
  }
}
