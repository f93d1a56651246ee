package dev.luthier.recipe;

import dev.luthier.data.TokenBatch;
import dev.luthier.data.TokenRow;
import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Lora;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.PeakMemory;
import dev.luthier.train.AdamW;
import dev.luthier.train.Loop;
import dev.luthier.train.Optim;
import dev.luthier.train.Schedule;
import dev.luthier.train.Span;
import dev.luthier.train.Steps;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.global.torch;

/**
 * The time of a LoRA training step beside the time of its matrix products alone: those of the
 * frozen layers and of the head forward and backward to the input, and those of the adapters. Both
 * are measured in turn, so that whatever else the machine does slows both. Attention's own products
 * are not among them.
 */
public final class StepBench {
  private static final int WARM_UP = 5;
  private static final int RANK = 8;

  private StepBench() {}

  /** Rows of the report on one shape, in milliseconds and bytes. */
  private record Measured(double step, double products, long before, long after) {}

  /**
   * The rows and tokens of a batch.
   *
   * @param length tokens of each row
   */
  public record Shape(int rows, int length) {
    /** Reads ROWSxTOKENS. */
    public static Shape of(String text) {
      if (!text.matches("[1-9]\\d{0,5}x[1-9]\\d{0,5}")) {
        throw new UserError("a shape must be ROWSxTOKENS such as 16x64, was " + text);
      }
      String[] parts = text.split("x", -1);
      return new Shape(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
    }
  }

  /**
   * @param steps measured for each shape, after a few that are not
   */
  public static void run(
      Path model, String device, List<Shape> shapes, int steps, PrintWriter out) {
    Compute compute = Compute.of(device);
    out.printf(
        "LoRA of rank %d on all linear layers of %s, every token a target, %s on %s, BLAS %s%n",
        RANK,
        model,
        TypeName.of(compute.dtype()),
        compute.device(),
        System.getProperty("org.bytedeco.openblas.load", "openblas"));
    for (Shape shape : shapes) {
      try (CausalLm lm = CausalLm.load(model, compute);
          Adapted<CausalLm> adapted = Adapted.attach(lm, Lora.of(RANK, 16), 1);
          Optim optim =
              new Optim(
                  List.of(new Optim.Group(adapted.trainable(), 1e-4, 0)),
                  AdamW.of(0.9, 0.999, 1e-8),
                  compute)) {
        Measured m = measure(lm, optim, shape, steps);
        int tokens = shape.rows() * shape.length();
        out.printf(
            "%2d x %-3d  step %.1f ms (%,.0f tokens/s), its products alone %.1f ms, ratio %.2f;"
                + " memory %.0f MB after warm-up, %.0f MB after %d more steps%n",
            shape.rows(),
            shape.length(),
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

  private static Measured measure(CausalLm model, Optim optim, Shape shape, int steps) {
    Loop loop = new Loop(optim, new Schedule.Constant(new Span.Steps(0)), 1, 0);
    Data data = new Data(shape.rows(), shape.length(), WARM_UP + steps, model);
    List<Double> times = new ArrayList<>();
    List<Double> products = new ArrayList<>();
    long[] resident = new long[2];
    long[] begun = {now(model.compute())};
    try (StepProducts alone = new StepProducts(model, RANK, shape.rows() * shape.length())) {
      loop.run(
          data,
          0,
          SftLesson.objectiveOf(model),
          report -> {
            long stepped = now(model.compute());
            alone.run();
            long multiplied = now(model.compute());
            if (report.done() > WARM_UP) {
              times.add((stepped - begun[0]) / 1e6);
              products.add((multiplied - stepped) / 1e6);
            }
            resident[report.done() <= WARM_UP ? 0 : 1] = PeakMemory.resident();
            begun[0] = now(model.compute());
            return true;
          });
    }
    return new Measured(median(times), median(products), resident[0], resident[1]);
  }

  /** The time when the device has done all it was given. */
  private static long now(Compute compute) {
    if (compute.isCuda()) {
      torch.cuda_synchronize();
    }
    return System.nanoTime();
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(Double.NaN);
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
}
