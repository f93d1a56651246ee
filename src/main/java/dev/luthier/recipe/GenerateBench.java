package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Generative;
import dev.luthier.rollout.Budget;
import dev.luthier.rollout.Generation;
import dev.luthier.rollout.Generator;
import dev.luthier.rollout.Sampling;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.PeakMemory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * New tokens a second, one sequence at a time and many at once. Tokens are drawn from the model's
 * own distribution, none ends a sequence, and the passes over the prompts count. Both are measured
 * in turn, so that whatever else the machine does slows both; the medians are told.
 */
public final class GenerateBench {
  /**
   * What is measured.
   *
   * @param batch sequences at once, beside one alone
   * @param promptTokens random tokens of each prompt, no two alike
   * @param rounds how often, after one that is not counted
   */
  public record Load(int batch, int promptTokens, int newTokens, int rounds, long cacheBytes) {}

  private GenerateBench() {}

  /** One measurement. */
  private record Measured(double seconds, Generation.Usage usage) {}

  /**
   * Where it is computed.
   *
   * @param dtype auto, float32 or bfloat16
   * @throws UserError if it is none of them
   */
  public static Compute compute(Compute usual, String dtype) {
    return switch (dtype) {
      case "auto" -> usual;
      case "float32" -> usual.inFloat32();
      case "bfloat16" -> new Compute(usual.device(), ScalarType.BFloat16);
      default -> throw new UserError("--dtype must be auto, float32 or bfloat16, was " + dtype);
    };
  }

  /**
   * Prints a line for each batch size and their ratio.
   *
   * @param parts whether to tell what the steps of many sequences spend their time on
   */
  public static void run(Path model, Compute compute, Load load, boolean parts, PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "%d new tokens behind prompts of %d, %s, %s on %s, BLAS %s%n",
        load.newTokens(),
        load.promptTokens(),
        model,
        TypeName.of(compute.dtype()),
        compute.device(),
        System.getProperty("org.bytedeco.openblas.load", "openblas"));
    List<Measured> single = new ArrayList<>();
    List<Measured> many = new ArrayList<>();
    try (CausalLm lm = CausalLm.load(model, compute)) {
      for (int round = 0; round <= load.rounds(); round++) {
        Measured one = measure(lm, load, 1, round);
        Measured all = measure(lm, load, load.batch(), round);
        if (round > 0) {
          single.add(one);
          many.add(all);
        } else {
          PeakMemory.forget(compute);
        }
      }
      double one = line(single, 1, load, out);
      double all = line(many, load.batch(), load, out);
      out.printf(
          Locale.ROOT,
          "batch %d makes %.1f times the tokens of batch 1%n",
          load.batch(),
          all / one);
      if (compute.isCuda()) {
        out.printf(
            Locale.ROOT,
            "at most %,.2f GiB on the card%n",
            PeakMemory.of(compute).device() / (double) (1L << 30));
      }
      if (parts) {
        StepParts.of(lm, prompts(lm, load, 1, 0), load.newTokens()).print(out);
        StepParts.of(lm, prompts(lm, load, load.batch(), 0), load.newTokens()).print(out);
      }
    }
  }

  private static List<int[]> prompts(CausalLm model, Load load, int batch, long round) {
    Random random = new Random(round);
    int vocabulary = model.config().vocabSize();
    return IntStream.range(0, batch)
        .mapToObj(i -> random.ints(load.promptTokens(), 0, vocabulary).toArray())
        .toList();
  }

  private static Measured measure(CausalLm model, Load load, int batch, long round) {
    List<int[]> prompts = prompts(model, load, batch, round);
    Generator generator =
        new Generator(
            Generative.of(model),
            ids -> "",
            Sampling.MODEL,
            new Generator.Limits(load.newTokens(), Set.of(), List.of()),
            new Budget(batch, load.cacheBytes()));
    long begun = System.nanoTime();
    Generation made = generator.run(prompts, 1, round, null); // ids come to the host: all is done
    return new Measured((System.nanoTime() - begun) / 1e9, made.usage());
  }

  private static double line(List<Measured> runs, int batch, Load load, PrintWriter out) {
    double seconds =
        runs.stream()
            .map(Measured::seconds)
            .sorted()
            .skip(runs.size() / 2)
            .findFirst()
            .orElseThrow();
    Generation.Usage usage = runs.get(0).usage();
    double speed = batch * load.newTokens() / seconds;
    out.printf(
        Locale.ROOT,
        "batch %-4d %,9.0f tokens/s  %6.2f ms for a token of each; %d rows, keys and values %,.1f MB%n",
        batch,
        speed,
        seconds / load.newTokens() * 1e3,
        usage.rows(),
        usage.cacheBytes() / 1e6);
    return speed;
  }
}
