package dev.luthier.recipe;

import dev.luthier.io.RunDirectory;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.train.Optim;
import dev.luthier.train.Optimizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How long each optimizer takes for a step, and how much it remembers. */
public final class OptimBench {
  private static final long WIDTH = 1024;
  private static final int WARM_UP = 2;

  /** All of them with the settings of a recipe that names them alone. */
  private static final List<String> ALL =
      List.of(
          "adamw",
          "{adamw: {paged: true}}",
          "adamw_8bit",
          "{adamw_8bit: {paged: true}}",
          "lion",
          "adafactor",
          "sgd");

  private OptimBench() {}

  /**
   * Steps on random weights and gradients, and prints the median.
   *
   * @param count weights, in matrices of 1024 x 1024 and what remains
   * @param rounds steps that are measured, after a few that are not
   */
  public static void run(long count, String device, int rounds, PrintWriter out) {
    Compute compute = Compute.of(device);
    out.printf("%,d weights on %s, median of %d steps%n", count, compute.device(), rounds);
    out.printf("%-20s %12s %16s %14s%n", "optimizer", "ms a step", "bytes of state", "a weight");
    for (String name : ALL) {
      Optimizer optimizer = optimizer(name);
      List<Parameter> parameters = parameters(count, compute);
      List<Optim.Group> groups = List.of(new Optim.Group(parameters, 1e-4, 0.01));
      try (Optim optim = new Optim(groups, optimizer, compute, RunDirectory.nearest(Path.of("")))) {
        gradients(parameters);
        double[] times = new double[rounds];
        for (int i = -WARM_UP; i < rounds; i++) {
          long start = now(compute);
          optim.step(1);
          times[Math.max(0, i)] = (now(compute) - start) / 1e6;
        }
        Arrays.sort(times);
        long bytes = optim.stateBytes();
        out.printf(
            "%-20s %12.1f %,16d %14.3f%n",
            name.replaceAll("[{}]|: true", "").replace(": ", ", "),
            times[rounds / 2],
            bytes,
            (double) bytes / count);
        out.flush();
      }
      parameters.forEach(Parameter::close);
    }
  }

  private static Optimizer optimizer(String name) {
    Object plain = Yaml.parse(name);
    return (Optimizer) new Binder(Optimizer.class, path -> path).bind(Optimizer.class, plain, "");
  }

  private static List<Parameter> parameters(long count, Compute compute) {
    List<Parameter> out = new ArrayList<>();
    long left = count;
    while (left > 0) {
      long rows = Math.min(WIDTH, left / WIDTH);
      long[] shape = rows > 0 ? new long[] {rows, WIDTH} : new long[] {left};
      out.add(random("p" + out.size(), shape, compute));
      left -= out.get(out.size() - 1).count();
    }
    return out;
  }

  private static void gradients(List<Parameter> parameters) {
    try (AutoGradMode off = Ops.noGrad()) {
      parameters.forEach(p -> p.value().grad().normal_());
    }
  }

  private static Parameter random(String name, long[] shape, Compute compute) {
    try (Scope scope = new Scope()) {
      return new Parameter(name, torch.randn(shape, compute.options(ScalarType.Float)));
    }
  }

  /** The time when the device has done all it was given. */
  private static long now(Compute compute) {
    if (compute.isCuda()) {
      torch.cuda_synchronize();
    }
    return System.nanoTime();
  }
}
