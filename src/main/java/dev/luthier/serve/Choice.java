package dev.luthier.serve;

import dev.luthier.rollout.Completion;
import dev.luthier.rollout.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One answer of a request, as far as it has come. */
final class Choice {
  private final int index;
  private final List<Token> tokens = new ArrayList<>();
  private @Nullable Completion end;

  Choice(int index) {
    this.index = index;
  }

  int index() {
    return index;
  }

  void add(Token token) {
    tokens.add(token);
  }

  void end(Completion completion) {
    end = completion;
  }

  boolean ended() {
    return end != null;
  }

  /** All tokens so far. */
  List<Token> tokens() {
    return tokens;
  }

  private Completion whole() {
    if (end == null) {
      throw new IllegalStateException("the answer has no end yet");
    }
    return end;
  }

  /** The whole text; it has its end. */
  String text() {
    return whole().text();
  }

  /** Why it ended, in OpenAI's words. */
  String finish() {
    return whole().finish() == Completion.Finish.LENGTH ? "length" : "stop";
  }

  List<Integer> ids() {
    return IntStream.of(whole().ids()).boxed().toList();
  }

  /** Under the model itself. */
  List<Double> logProbs() {
    float[] values = whole().logProbs();
    return IntStream.range(0, values.length).mapToObj(i -> (double) values[i]).toList();
  }
}
