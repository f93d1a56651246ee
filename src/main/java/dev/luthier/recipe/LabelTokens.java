package dev.luthier.recipe;

import dev.luthier.error.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tokens of some labels, and how probable each label is by the logits of an answer's first
 * token (Lee et al. 2023, https://arxiv.org/abs/2309.00267, section 2.1). Of a label l with the
 * tokens T(l), which are the label with and without a blank before it,
 *
 * <pre>
 * p(l) = sum_{t in T(l)} pi(t | question) / sum_{l'} sum_{t in T(l')} pi(t | question)
 * </pre>
 *
 * @param each T(l), for each label
 */
record LabelTokens(List<Set<Integer>> each) {
  /**
   * Those of a model's tokenizer.
   *
   * @throws UserError if a label is no single token
   */
  static LabelTokens of(List<String> labels, ModelFolder folder) {
    List<Set<Integer>> out = new ArrayList<>();
    for (String label : labels) {
      Set<Integer> tokens = new TreeSet<>();
      for (String text : List.of(label, " " + label)) {
        int[] ids = folder.tokenizer().encode(text, false).ids();
        if (ids.length == 1) {
          tokens.add(ids[0]);
        }
      }
      if (tokens.isEmpty()) {
        throw new UserError(
            "%s has no single token for the label %s; another model or another way has to judge"
                .formatted(folder.path(), label));
      }
      out.add(tokens);
    }
    return new LabelTokens(List.copyOf(out));
  }

  /**
   * p, for each label.
   *
   * @param logits (V)
   */
  double[] probabilities(float[] logits) {
    double most =
        each.stream().flatMap(Set::stream).mapToDouble(t -> logits[t]).max().orElseThrow();
    double[] out = new double[each.size()];
    double sum = 0;
    for (int l = 0; l < out.length; l++) {
      for (int token : each.get(l)) {
        out[l] += Math.exp(logits[token] - most);
      }
      sum += out[l];
    }
    for (int l = 0; l < out.length; l++) {
      out[l] /= sum;
    }
    return out;
  }
}
