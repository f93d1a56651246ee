package dev.luthier.recipe;

import dev.luthier.plan.Plan;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Memory that ran out while a model was trained: not wrong input, and not a riddle either. */
public final class OutOfMemory extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final Pattern SIGNS =
      Pattern.compile(
          "cuda out of memory|not enough memory|can't allocate memory|cannot allocate memory"
              + "|bad_alloc|out of memory",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern ASKED =
      Pattern.compile("tried to allocate ([0-9.]+ ?(?:bytes|[kmgt]i?b))", Pattern.CASE_INSENSITIVE);

  private OutOfMemory(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Runs something that may need more memory than there is.
   *
   * @param output where the run's checkpoints are
   * @throws OutOfMemory in one line: what was asked for, the plan, and what to change
   */
  static void explained(Optional<Plan> plan, Path output, Runnable run) {
    try {
      run.run();
    } catch (RuntimeException | OutOfMemoryError e) {
      if (!is(e)) {
        throw e;
      }
      throw new OutOfMemory(message(e, plan, output), e);
    }
  }

  /** Whether an error says that memory ran out, be it a GPU's, the machine's, or the Java heap. */
  static boolean is(Throwable e) {
    return e instanceof OutOfMemoryError || SIGNS.matcher(String.valueOf(e.getMessage())).find();
  }

  private static String message(Throwable e, Optional<Plan> plan, Path output) {
    String said = String.valueOf(e.getMessage());
    java.util.regex.Matcher asked = ASKED.matcher(said);
    String what = asked.find() ? ": " + asked.group(1) + " more were asked for" : "";
    String heap =
        e instanceof OutOfMemoryError
            ? "the Java heap is full; set LUTHIER_JAVA_OPTS=-Xmx8g or more"
            : "out of memory" + what;
    return String.format(
        Locale.ROOT,
        "%s; %slower optim.micro_batch, take shorter rows, or let --fit choose; ./luthier estimate"
            + " shows what each saves; checkpoints in %s are whole, --resume goes on from the last",
        heap,
        plan.map(p -> "planned were " + planned(p) + "; ").orElse(""),
        output);
  }

  private static String planned(Plan plan) {
    return "%s (weights %s, what trains %s, activations %s, logits %s, workspace %s)"
        .formatted(
            PlanText.size(plan.peak()),
            PlanText.size(plan.fixed().weights()),
            PlanText.size(
                plan.fixed().adapters() + plan.fixed().gradients() + plan.fixed().optimizer()),
            PlanText.size(plan.step().activations()),
            PlanText.size(plan.step().logits()),
            PlanText.size(plan.parts().getOrDefault("workspace", 0L)));
  }
}
