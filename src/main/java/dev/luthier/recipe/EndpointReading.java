package dev.luthier.recipe;

import dev.luthier.data.Tokenizer;
import dev.luthier.endpoint.CompletionReply.Choice;
import dev.luthier.rollout.Completion;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * What an endpoint wrote, in tokens of the policy. Log-probabilities that it does not tell are NaN.
 *
 * @param vocabulary tokens that the policy knows
 * @param ends tokens that end an answer
 * @param most tokens of an answer
 */
record EndpointReading(
    Tokenizer tokenizer, int vocabulary, Set<Integer> ends, int most, AnsweredBy.Remote by) {

  /**
   * What is wrong with an answer, so that nothing can be learnt from it; empty where nothing is.
   */
  String problem(Choice choice) {
    int[] ids = choice.ids();
    if (by.tokens() == AnsweredBy.Tokens.IDS && ids.length == 0 && !choice.text().isEmpty()) {
      return "tells no token ids of its answers; set by.endpoint.tokens: text, or serve with vLLM";
    }
    for (int id : ids) {
      if (id >= vocabulary) {
        return "answers with token %d, but the model has %d; it has another tokenizer"
            .formatted(id, vocabulary);
      }
    }
    return ids.length > most
        ? "gives %d tokens where max_new_tokens is %d".formatted(ids.length, most)
        : "";
  }

  /** An answer; one that ended has the token that ended it, also where that is not told. */
  Completion completion(Choice choice) {
    int[] told = ids(choice);
    boolean bare =
        told.length == 0
            || choice.ended() && told.length < most && !ends.contains(told[told.length - 1]);
    int[] ids = bare ? Arrays.copyOf(told, told.length + 1) : told;
    if (bare) {
      ids[told.length] = end();
    }
    float[] logProbs = new float[ids.length];
    Arrays.fill(logProbs, Float.NaN);
    double[] said = logProbs(choice, told);
    for (int i = 0; i < said.length; i++) {
      logProbs[i] = said[i] <= 0 ? (float) said[i] : Float.NaN;
    }
    return new Completion(
        ids,
        tokenizer.decode(ids, true),
        logProbs,
        logProbs.clone(),
        choice.ended() ? Completion.Finish.END : Completion.Finish.LENGTH);
  }

  /** Whether the text that was told is not that of the answer's tokens. */
  boolean odd(Choice choice, Completion answer) {
    return !answer.text().strip().equals(choice.text().strip());
  }

  private int[] ids(Choice choice) {
    if (by.tokens() == AnsweredBy.Tokens.IDS) {
      return choice.ids();
    }
    int[] all = tokenizer.encode(choice.text(), false).ids();
    return all.length > most ? Arrays.copyOf(all, most) : all;
  }

  /** Those of the answer's tokens, where the endpoint speaks of the same ones. */
  private double[] logProbs(Choice choice, int[] ids) {
    double[] said = choice.logProbs();
    if (!by.tells() || said.length < ids.length) {
      return new double[0];
    }
    List<String> pieces = choice.pieces();
    for (int i = 0; by.tokens() == AnsweredBy.Tokens.TEXT && i < ids.length; i++) {
      if (!pieces.get(i).equals(tokenizer.decode(new int[] {ids[i]}, false))) {
        return new double[0];
      }
    }
    return Arrays.copyOf(said, ids.length);
  }

  private int end() {
    return tokenizer.eos().orElseGet(() -> ends.stream().min(Integer::compare).orElse(0));
  }
}
