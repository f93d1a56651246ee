package dev.luthier.endpoint;

/** What an endpoint answered, whatever it was asked. */
public interface EndpointReply {
  /** Tokens of the question; 0 where that is not told. */
  long in();

  /** Tokens of the answer. */
  long out();
}
