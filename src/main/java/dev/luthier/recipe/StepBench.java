package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.model.CausalLm;
import dev.luthier.peft.Adapted;
import dev.luthier.peft.Lora;
import dev.luthier.tensor.Checkpointing;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Keeping;
import dev.luthier.tensor.PeakMemory;
import dev.luthier.tensor.Storage;
import dev.luthier.train.AdamW;
import dev.luthier.train.Loop;
import dev.luthier.train.Optim;
import dev.luthier.train.Schedule;
import dev.luthier.train.Span;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;

/**
 * The time and the memory of a LoRA training step beside the time of its matrix products alone:
 * those of the frozen layers and of the head forward and backward to the input, and those of the
 * adapters. On a CPU both are measured in turn, so that whatever else the machine does slows both;
 * on a GPU the products follow, so that the memory is the steps' own. Attention's own products are
 * not among them.
 */
public final class StepBench {
  private static final int WARM_UP = 5;

  private StepBench() {}

  /**
   * How the model trains.
   *
   * @param rank of the adapters
   * @param checkpointing which blocks are run again
   */
  public record Setting(Compute compute, int rank, Checkpointing checkpointing) {
    /**
     * @param quantize as model.quantize in a recipe
     */
    public static Setting of(Compute plain, int rank, String quantize, boolean checkpoint) {
      Optional<Storage> storage = Quantize.read(quantize).storage();
      return new Setting(
          storage.map(plain::packing).orElse(plain),
          rank,
          checkpoint ? new Checkpointing.Blocks() : new Checkpointing.None());
    }
  }

  /**
   * What came out for one shape.
   *
   * @param step milliseconds
   * @param products milliseconds
   * @param before bytes of the process after the warm-up
   * @param after bytes of the process after all steps; on a GPU its most since the warm-up
   */
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
      Path model, Setting setting, List<Shape> shapes, int steps, PrintWriter out) {
    Compute compute = setting.compute();
    out.printf(
        "LoRA of rank %d on all linear layers of %s, every token a target, %s on %s, BLAS %s%n",
        setting.rank(),
        model,
        TypeName.of(compute.dtype()),
        compute.device(),
        System.getProperty("org.bytedeco.openblas.load", "openblas"));
    for (Shape shape : shapes) {
      try (CausalLm lm = CausalLm.load(model, compute);
          Adapted<CausalLm> adapted =
              Adapted.attach(lm, Lora.of(setting.rank(), 2 * setting.rank()), 1);
          Optim optim =
              new Optim(
                  List.of(new Optim.Group(adapted.trainable(), 1e-4, 0)),
                  AdamW.of(0.9, 0.999, 1e-8),
                  compute)) {
        lm.keep(setting.checkpointing(), Keeping.IN_PLACE);
        adapted.training(true);
        print(measure(lm, setting, optim, shape, steps), shape, steps, compute, out);
        out.flush();
      }
    }
  }

  private static void print(Measured m, Shape shape, int steps, Compute compute, PrintWriter out) {
    out.printf(
        "%2d x %-3d  step %.1f ms (%,.0f tokens/s), its products alone %.1f ms, ratio %.2f; ",
        shape.rows(),
        shape.length(),
        m.step,
        shape.rows() * shape.length() / m.step * 1e3,
        m.products,
        m.step / m.products);
    if (compute.isCuda()) {
      out.printf("at most %.2f GiB on the GPU%n", m.after / (double) (1L << 30));
    } else {
      out.printf(
          "memory %.0f MB after warm-up, %.0f MB after %d more steps%n",
          m.before / 1e6, m.after / 1e6, steps);
    }
  }

  private static Measured measure(
      CausalLm model, Setting setting, Optim optim, Shape shape, int steps) {
    Compute compute = model.compute();
    Loop loop = new Loop(optim, new Schedule.Constant(new Span.Steps(0)), 1, 0);
    RandomRows data = new RandomRows(shape.rows(), shape.length(), WARM_UP + steps, model);
    List<Double> times = new ArrayList<>();
    List<Double> products = new ArrayList<>();
    long[] memory = new long[2];
    long[] begun = {now(compute)};
    int tokens = shape.rows() * shape.length();
    try (StepProducts alone = new StepProducts(model, setting.rank(), tokens)) {
      loop.run(
          data,
          0,
          SftLesson.objectiveOf(model),
          report -> {
            long stepped = now(compute);
            if (report.done() > WARM_UP) {
              times.add((stepped - begun[0]) / 1e6);
            } else {
              PeakMemory.forget(compute);
            }
            if (!compute.isCuda()) {
              products.add(timed(alone, compute));
            }
            memory[report.done() <= WARM_UP ? 0 : 1] = PeakMemory.resident();
            begun[0] = now(compute);
            return true;
          });
      if (compute.isCuda()) {
        memory[1] = PeakMemory.of(compute).device();
        for (int i = 0; i < WARM_UP + steps; i++) {
          products.add(timed(alone, compute));
        }
      }
    }
    return new Measured(
        median(times), median(products.subList(WARM_UP, products.size())), memory[0], memory[1]);
  }

  private static double timed(StepProducts products, Compute compute) {
    long begun = now(compute);
    products.run();
    return (now(compute) - begun) / 1e6;
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
}
