package dev.luthier.rollout;

import dev.luthier.model.Request;
import dev.luthier.rollout.Completion.Finish;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One sequence on its way: its prompt and what was drawn so far. */
final class Running {
  private static final int START = 16;

  private final int index;
  private final Request request;
  private final int prompt;
  private final int most;
  private final Generator.Limits limits;
  private final CompletionText text;
  private int[] ids; // the prompt, then the completion
  private float[] logProbs = new float[START];
  private float[] drawLogProbs = new float[START];
  private int drawn;
  private @Nullable Finish finish;

  /**
   * @param index which sequence of the call it is; its random numbers follow from it
   * @param request samples of one prompt have the same
   * @param room how many tokens the model can write behind the prompt
   */
  Running(int index, Request request, int room, Generator.Limits limits, Decoder decoder) {
    this.index = index;
    this.request = request;
    int[] given = request.tokens();
    this.prompt = given.length;
    this.most = Math.min(limits.maxNewTokens(), room);
    this.limits = limits;
    this.text = new CompletionText(decoder, given, limits.stopStrings());
    this.ids = Arrays.copyOf(given, given.length + START);
  }

  int index() {
    return index;
  }

  /** The prompt, the same object for all its samples. */
  Request request() {
    return request;
  }

  /** How many tokens it has drawn. */
  int drawn() {
    return drawn;
  }

  int last() {
    return ids[prompt + drawn - 1];
  }

  /** Prompt and completion, as far as they go now. */
  int[] seen() {
    return Arrays.copyOf(ids, prompt + drawn);
  }

  /** How many tokens it may draw. */
  int most() {
    return most;
  }

  boolean finished() {
    return finish != null;
  }

  /**
   * Takes its token of a draw and decides whether it was the last.
   *
   * @param watched whether somebody reads the text along
   */
  void take(Sampler.Draw draw, int row, boolean watched) {
    if (!Float.isFinite(draw.logProbs()[row])) {
      throw new IllegalStateException(
          "the model's logits for token %d of sequence %d are not finite".formatted(drawn, index));
    }
    if (drawn == logProbs.length) {
      logProbs = Arrays.copyOf(logProbs, 2 * drawn);
      drawLogProbs = Arrays.copyOf(drawLogProbs, 2 * drawn);
      ids = Arrays.copyOf(ids, prompt + 2 * drawn);
    }
    int id = draw.ids()[row];
    ids[prompt + drawn] = id;
    logProbs[drawn] = draw.logProbs()[row];
    drawLogProbs[drawn++] = draw.drawLogProbs()[row];
    if (limits.endTokens().contains(id)) {
      end(Finish.END);
      return;
    }
    text.add(id);
    if (watched || !limits.stopStrings().isEmpty()) {
      text.update();
    }
    if (text.stopped() || drawn == most) {
      end(Finish.LENGTH);
    }
  }

  private void end(Finish why) {
    text.finish();
    finish = text.stopped() ? Finish.STOP_STRING : why;
  }

  /** Text that became final since the last call. */
  String newText() {
    return text.next(finished());
  }

  Completion completion() {
    if (finish == null) {
      throw new IllegalStateException("sequence " + index + " is still running");
    }
    return new Completion(
        Arrays.copyOfRange(ids, prompt, prompt + drawn),
        text.text(),
        Arrays.copyOf(logProbs, drawn),
        Arrays.copyOf(drawLogProbs, drawn),
        finish);
  }
}
