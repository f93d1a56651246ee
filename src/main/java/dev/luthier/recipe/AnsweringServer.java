package dev.luthier.recipe;

import dev.luthier.doc.Default;
import dev.luthier.doc.Doc;
import dev.luthier.endpoint.Endpoint;
import dev.luthier.endpoint.Limits;
import dev.luthier.endpoint.Price;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.Optional;

/** Where a server is that answers prompts, and how it is asked. */
@Doc("Where a server is that answers prompts, and how it is asked")
public record AnsweringServer(
    @Doc(
            value = "Its base, to which /completions is added, as http://127.0.0.1:8000/v1",
            elsewhere = {"base_url", "api_base", "vllm_server_base_url"})
        String url,
    @Doc("The model to ask, as the server calls it") String model,
    @Doc(
            value =
                "The variable of the environment with a key, sent as Authorization: Bearer; unset: none",
            elsewhere = {"key", "api_key"})
        Optional<String> tokenEnv,
    @Doc("Seconds until all answers to a request have to be there") @Default("600") double timeout,
    @Doc(
            value =
                "How often a request is tried again where it fails in a way that may pass, after 1, 2,"
                    + " 4 ... 60 s, or when Retry-After says",
            elsewhere = {"attempts", "max_retries"})
        @Default("6")
        int retries,
    @Doc(
            value = "Requests at the same time",
            elsewhere = {"concurrency"})
        @Default("16")
        int atOnce,
    @Doc("At most so many requests in any 60 seconds; unset: no limit")
        Optional<Integer> requestsPerMinute,
    @Doc("At most so many tokens, in and out, in any 60 seconds; unset: no limit")
        Optional<Integer> tokensPerMinute,
    @Doc("What it costs, which the run says at its end") Optional<Price> price) {
  public AnsweringServer {
    Check.above("endpoint.timeout", 0, timeout);
    Check.atLeast("endpoint.retries", 0, retries);
    Check.within("endpoint.at_once", 1, 256, atOnce);
  }

  /**
   * As it is asked.
   *
   * @throws UserError if it cannot be
   */
  Endpoint endpoint() {
    Limits limits = new Limits(requestsPerMinute, tokensPerMinute, atOnce);
    Path nowhere = Path.of(""); // a run says where answers are kept
    return new Endpoint(
        url, model, tokenEnv, timeout, retries + 1, limits, price.orElse(new Price(0, 0)), nowhere);
  }
}
