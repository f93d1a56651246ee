package dev.luthier.recipe;

import dev.luthier.rollout.Sampling;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A loaded model that writes: continues a text, or answers a chat. */
public final class Writer implements AutoCloseable {
  /**
   * What is loaded, and where it computes.
   *
   * @param model a model folder
   * @param adapter an adapter folder for it
   * @param device auto, cpu, cuda or cuda:N
   */
  public record Voice(Path model, Optional<Path> adapter, String device) {}

  /**
   * How it writes.
   *
   * @param stop texts that end an answer, beside the model's own end tokens
   */
  public record Manner(Sampling sampling, int maxNewTokens, List<String> stop, long seed) {}

  private Writer() {}

  public static Writer open(Voice voice, Manner manner) {
    throw new UnsupportedOperationException("generate: not built yet");
  }

  /** Goes on with a plain text; every piece of new text goes to {@code sink} as it is made. */
  public String goOn(String text, Consumer<String> sink) {
    throw new UnsupportedOperationException("generate: not built yet");
  }

  /**
   * Answers the last message of a chat through the model's template.
   *
   * @param messages each with role and content
   */
  public String answer(List<Map<String, Object>> messages, Consumer<String> sink) {
    throw new UnsupportedOperationException("generate: not built yet");
  }

  @Override
  public void close() {}
}
