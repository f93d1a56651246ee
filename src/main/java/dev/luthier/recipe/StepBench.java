package dev.luthier.recipe;

import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Dense;
import dev.luthier.model.Slot;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Lora;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import dev.luthier.train.Loop;
import dev.luthier.train.Optim;
import dev.luthier.train.Schedule;
import dev.luthier.train.Span;
import dev.luthier.train.Steps;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The time of a LoRA training step beside the time of its matrix products alone: those of the
 * frozen layers and of the head forward and backward to the input, and those of the adapters. Both
 * are measured in turn, so that whatever else the machine does slows both. Attention's own products
 * are not among them.
 */
public final class StepBench {
  private static final int WARM_UP = 5;
  private static final int RANK = 8;
  private static final int[][] SHAPES = {{16, 64}, {4, 256}}; // rows x tokens

  private StepBench() {}

  /** Rows of the report on one shape, in milliseconds and bytes. */
  private record Measured(double step, double products, long before, long after) {}

  /**
   * @param steps measured for each shape, after a few that are not
   */
  public static void run(Path model, String device, int steps, PrintWriter out) {
    Compute compute = Compute.of(device);
    out.printf(
        "LoRA of rank %d on all linear layers of %s, every token a target, %s on %s, BLAS %s%n",
        RANK,
        model,
        compute.dtype(),
        compute.device(),
        System.getProperty("org.bytedeco.openblas.load", "openblas"));
    for (int[] shape : SHAPES) {
      try (CausalLm lm = CausalLm.load(model, compute);
          Adapted adapted = Adapted.attach(lm, Lora.of(RANK, 16), 1);
          Optim optim =
              new Optim(
                  List.of(new Optim.Group(adapted.trainable(), 1e-4, 0)),
                  0.9,
                  0.999,
                  1e-8,
                  compute)) {
        Measured m = measure(lm, optim, shape, steps);
        int tokens = shape[0] * shape[1];
        out.printf(
            "%2d x %-3d  step %.1f ms (%,.0f tokens/s), its products alone %.1f ms, ratio %.2f;"
                + " memory %.0f MB after warm-up, %.0f MB after %d more steps%n",
            shape[0],
            shape[1],
            m.step,
            tokens / m.step * 1e3,
            m.products,
            m.step / m.products,
            m.before / 1e6,
            m.after / 1e6,
            steps);
        out.flush();
      }
    }
  }

  private static Measured measure(CausalLm model, Optim optim, int[] shape, int steps) {
    Loop loop = new Loop(optim, new Schedule.Constant(new Span.Steps(0)), 1, 0);
    Data data = new Data(shape[0], shape[1], WARM_UP + steps, model);
    List<Double> times = new ArrayList<>();
    List<Double> products = new ArrayList<>();
    long[] resident = new long[2];
    try (Products alone = new Products(model, shape[0] * shape[1])) {
      loop.run(
          data,
          0,
          SftFlow.objective(model),
          report -> {
            long start = System.nanoTime();
            alone.run();
            if (report.done() > WARM_UP) {
              times.add(report.seconds() * 1e3);
              products.add((System.nanoTime() - start) / 1e6);
            }
            resident[report.done() <= WARM_UP ? 0 : 1] = resident();
            return true;
          });
    }
    return new Measured(median(times), median(products), resident[0], resident[1]);
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(Double.NaN);
  }

  /** Bytes of this process in memory; 0 where the system does not tell. */
  private static long resident() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmRSS"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  /** Random tokens. */
  private record Data(int rows, int length, long total, CausalLm model)
      implements Steps<TokenBatch> {
    @Override
    public long perEpoch() {
      return total;
    }

    @Override
    public List<Micro<TokenBatch>> at(long step) {
      Random random = new Random(step);
      boolean[] trained = new boolean[length];
      Arrays.fill(trained, true);
      List<TokenRow> batch =
          IntStream.range(0, rows)
              .mapToObj(i -> random.ints(length, 0, model.config().vocabSize()).toArray())
              .map(ids -> new TokenRow(ids, trained))
              .toList();
      int targets = rows * (length - 1);
      return List.of(
          new Micro<>(
              () -> TokenBatch.of(batch, model.compute()),
              targets,
              (long) rows * length,
              "random tokens"));
    }
  }

  /** The matrix products of a step, over tensors of the same shapes. */
  private static final class Products implements AutoCloseable {
    private final List<long[]> shapes; // out, in
    private final int tokens;
    private final Compute compute;
    private final Map<List<Long>, Tensor> tensors = new HashMap<>();

    Products(CausalLm model, int tokens) {
      this.tokens = tokens;
      this.compute = model.compute();
      this.shapes =
          model.slots().stream()
              .filter(s -> s.base() instanceof Dense)
              .sorted(Comparator.comparing(s -> s == model.head())) // the head last
              .map(Slot::base)
              .map(d -> new long[] {((Dense) d).out(), ((Dense) d).in()})
              .toList();
    }

    void run() {
      try (AutoGradMode off = Ops.noGrad()) {
        for (int i = 0; i < shapes.size(); i++) {
          boolean adapted = i < shapes.size() - 1;
          try (Scope scope = new Scope()) {
            products(shapes.get(i)[0], shapes.get(i)[1], i, adapted);
          }
        }
      }
    }

    private void products(long out, long in, long which, boolean adapted) {
      Tensor x = get(tokens, in, -1);
      Tensor w = get(out, in, which);
      Tensor y = x.mm(w.t()); // W x
      y.mm(w); // its gradient to x
      if (adapted) {
        Tensor a = get(RANK, in, -2);
        Tensor b = get(out, RANK, -3);
        Tensor low = x.mm(a.t()); // A x
        low.mm(b.t()); // B A x
        Tensor back = y.mm(b);
        y.t().mm(low); // gradient of B
        back.t().mm(x); // gradient of A
        back.mm(a); // gradient to x
      }
    }

    private Tensor get(long rows, long columns, long which) {
      return tensors.computeIfAbsent(
          List.of(rows, columns, which),
          key -> {
            Tensor t = torch.randn(new long[] {rows, columns}, compute.options(ScalarType.Float));
            Tensor typed = t.to(compute.dtype());
            typed.retainReference();
            return typed;
          });
    }

    @Override
    public void close() {
      tensors.values().forEach(Scope::free);
    }
  }
}
