package dev.luthier.endpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Optional;

/**
 * What an endpoint is asked, or told. Equal requests have equal bodies.
 *
 * @param <A> what it answers
 */
public interface EndpointRequest<A extends EndpointReply> {
  /** What is added to the endpoint's base, such as {@code /chat/completions}. */
  String path();

  /** The body of the request. */
  String json(String model);

  /** How many tokens it takes, in and out, before that is known. */
  long estimate();

  /** Reads the body of a reply; empty where it is none. */
  Optional<A> read(JsonNode body);

  /** What a reply must have, for messages. */
  String needed();

  /**
   * The body of a reply as it is kept.
   *
   * @throws JsonProcessingException where it is something else
   */
  default JsonNode parsed(String body) throws JsonProcessingException {
    return new ObjectMapper().readTree(body);
  }
}
