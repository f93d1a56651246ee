package dev.luthier.advise;

import dev.luthier.recipe.Memory;
import java.util.ArrayList;
import java.util.List;

/** What else there is to say of a situation. */
final class Notes {
  private Notes() {}

  static List<String> of(Situation s, List<Advice.Choice> best) {
    List<String> out = new ArrayList<>();
    if (s.fit() == Fit.NOTHING) {
      out.add(
          "nothing fits in %s: take a smaller model, shorter rows (--length), or more memory; 4 bits alone are about %s of weights"
              .formatted(s.machine().memory(), new Memory(s.shape().weights() / 2)));
    }
    if (s.wants(Wish.CACHE)) {
      out.add(
          "keys and values of a token take %,d bytes in %d heads; ./luthier regroup MODEL --kv-heads G makes them fewer (MQA/GQA: 95-100 %% of the performance, by the overview), before any of these methods"
              .formatted(s.shape().cacheBytes(), s.shape().kvHeads()));
    }
    if (s.has(Feedback.LIVE)) {
      out.add(
          "the loop that takes feedback in while the model serves is a method of a later version;"
              + " until then the recipe is one turn of it: add the new pairs to the file and run it"
              + " again from the last model");
    }
    if (s.machine().devices() > 1) {
      out.add("a training uses one device; the others can run other trainings");
    }
    if (best.stream().anyMatch(c -> c.pair().what() == Objective.RLAIF)) {
      out.add(
          "the recipe's judge is the model itself, as in self-reward; name a better one in its"
              + " place (docs/rlaif.md), and look at what ./luthier judge says of its biases");
    }
    if (s.wants(Wish.CROSS_LINGUAL)) {
      out.add(
          "recipes/mad-x-language.yaml and mad-x-task.yaml show adapters of languages and tasks");
    }
    if (s.model().isEmpty()) {
      out.add("the recipe names my-model: put the model's folder there");
    }
    return out;
  }
}
