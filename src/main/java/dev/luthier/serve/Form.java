package dev.luthier.serve;

import dev.luthier.recipe.LiveModel;
import dev.luthier.rollout.Token;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an answer looks like on the wire: that of a chat, or of a completion. */
interface Form {
  /**
   * What all parts of a reply begin with.
   *
   * @param created seconds since 1970
   * @param model as the request named it
   * @param version that answers
   */
  record Head(String id, long created, String model, String version, LiveModel words) {}

  /** How ids of answers begin. */
  String prefix();

  /** Whether tokens are told with their log-probabilities. */
  boolean logprobs();

  /** How many of the likeliest tokens are told for each place. */
  int top();

  /** The kind of a whole reply. */
  String object();

  /** The kind of a piece of a stream. */
  String piece();

  /** What a choice begins with in a stream; empty where nothing. */
  Optional<Map<String, @Nullable Object>> opening(int index);

  /**
   * A piece of a choice.
   *
   * @param tokens those that are new
   * @param text that is new
   * @param finish why it ended, where it did
   */
  Map<String, @Nullable Object> part(
      Head head, int index, List<Token> tokens, String text, Optional<String> finish);

  /** A whole choice. */
  Map<String, @Nullable Object> whole(Head head, Choice choice);
}
