package dev.luthier.advise;

import static dev.luthier.advise.Source.column;
import static dev.luthier.advise.Source.ours;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What rules a candidate out before anything is counted. */
final class Vetoes {
  private Vetoes() {}

  static List<Veto> all() {
    return List.of(
        Veto.of(
            "nothing to learn from",
            column("Feedback Source"),
            "an objective without its data",
            (s, c) ->
                c instanceof Objective o && !o.fed(s)
                    ? Optional.of("needs " + needs(o))
                    : Optional.empty()),
        Veto.of(
            "cannot be merged",
            ours("methods.md", "methods with something between layers or before the text"),
            "one plain model is wanted",
            (s, c) ->
                c instanceof Tuning t && !t.merges() && s.wants(Wish.MERGED)
                    ? Optional.of(
                        "adds something that weights cannot hold; leave it beside the model")
                    : Optional.empty()),
        Veto.of(
            "no biases",
            ours("methods.md", "BitFit on a model whose linear maps have none"),
            "BitFit, and the model has no biases",
            (s, c) ->
                c == Tuning.BITFIT && !s.biases()
                    ? Optional.of("the model's linear maps have no biases that could learn")
                    : Optional.empty()),
        Veto.of(
            "one model for many",
            ours("generation.md", "adapters of their own stand on one model"),
            "many adapters are served at once",
            (s, c) ->
                c == Tuning.FULL && s.wants(Wish.TOGETHER)
                    ? Optional.of("makes a model of its own for each task")
                    : Optional.empty()),
        Veto.of(
            "adapter too large",
            column("Trainable Parameters"),
            "an adapter may only be so large",
            (s, c) ->
                c == Tuning.FULL
                        && s.largest().isPresent()
                        && s.largest().get().bytes() < 2 * s.shape().weights()
                    ? Optional.of("all weights are more than " + s.largest().get())
                    : Optional.empty()),
        Veto.of(
            "does not fit",
            ours("memory.md", "\"The plan\", of a model of the same proportions"),
            "what the planner found",
            Vetoes::memory));
  }

  private static Optional<String> memory(Situation s, Candidate c) {
    if (!(c instanceof Tuning t)) {
      return Optional.empty();
    }
    if (s.fit() == Fit.NOTHING) {
      return Optional.of("not even adapters on 4 bits fit in " + s.machine().memory());
    }
    if (t == Tuning.FULL && s.fit() != Fit.ALL_WEIGHTS) {
      return Optional.of(
          "all weights, gradients and moments do not fit in " + s.machine().memory());
    }
    return t == Tuning.LORA && s.fit() == Fit.FOUR_BITS
        ? Optional.of(
            "frozen weights in 16 bits do not fit in %s; on 4 bits it is QLoRA"
                .formatted(s.machine().memory()))
        : Optional.empty();
  }

  private static String needs(Objective o) {
    return o.needs().stream().map(Vetoes::together).collect(Collectors.joining(", or "));
  }

  private static String together(Set<Feedback> all) {
    return all.stream().sorted().map(Feedback::words).collect(Collectors.joining(" and "));
  }
}
