package dev.luthier;

import dev.luthier.loss.Cispo;
import dev.luthier.loss.Convex;
import dev.luthier.loss.Dapo;
import dev.luthier.loss.Discopop;
import dev.luthier.loss.Dpo;
import dev.luthier.loss.Grpo;
import dev.luthier.loss.Hinge;
import dev.luthier.loss.Ipo;
import dev.luthier.loss.Per;
import dev.luthier.loss.PolicyLoss;
import dev.luthier.loss.PpoClip;
import dev.luthier.loss.RatioLevel;
import dev.luthier.loss.Robust;
import dev.luthier.loss.Sapo;
import dev.luthier.loss.Segments;
import dev.luthier.loss.SimPo;
import dev.luthier.loss.TokenLogps;
import dev.luthier.quant.Code;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.jfree.chart.ui.TextAnchor;

/**
 * Draws the figures of docs/methods: {@code java ... dev.luthier.MethodFigures docs}. Curves are
 * what the losses that train say, points are read from the tables that measurements left in docs.
 */
public final class MethodFigures {
  private static final int POINTS = 121;

  /** Above it the methods' points lie too close for their names. */
  private static final double TOLD_APART = 94.95;

  private MethodFigures() {}

  public static void main(String[] arguments) throws IOException {
    Path docs = Path.of(arguments[0]);
    for (Figure figure : all(docs)) {
      Files.writeString(docs.resolve("methods").resolve(figure.name() + ".svg"), figure.svg());
    }
  }

  static List<Figure> all(Path docs) throws IOException {
    try (Scope scope = new Scope()) {
      return List.of(
          quality(docs.resolve("claims.md")),
          margins(),
          functions(),
          clip(),
          slopes(),
          levels(),
          mistaken(docs.resolve("preferences.md")));
    }
  }

  /** Score over trained weights, of every method on every task, by the tables of claims.md. */
  private static Figure quality(Path claims) throws IOException {
    Map<String, List<double[]>> tasks = new LinkedHashMap<>();
    List<Figure.Label> labels = new ArrayList<>();
    String task = "";
    for (String line : Files.readAllLines(claims)) {
      if (line.startsWith("## ")) {
        task = line.substring(3).split(":")[0];
      }
      List<String> cells = line.startsWith("|") ? Figure.cells(line) : List.of();
      if (cells.size() == 8 && cells.get(2).endsWith(" %") && !cells.get(0).equals("head")) {
        double share = percent(cells.get(2));
        double score = percent(cells.get(7));
        tasks.computeIfAbsent(task, t -> new ArrayList<>()).add(new double[] {share, score});
        if (task.equals("tiny-chat") && score < TOLD_APART) {
          TextAnchor side =
              share > 100 ? TextAnchor.HALF_ASCENT_RIGHT : TextAnchor.HALF_ASCENT_LEFT;
          labels.add(new Figure.Label("  " + cells.get(0) + "  ", share, score, side));
        }
      }
    }
    List<Figure.Series> series = new ArrayList<>();
    tasks.forEach(
        (name, points) ->
            series.add(
                new Figure.Series(
                    name,
                    Figure.Look.POINTS,
                    points.stream().mapToDouble(p -> p[0]).toArray(),
                    points.stream().mapToDouble(p -> p[1]).toArray())));
    return new Figure(
        "peft-quality",
        "trained weights, % of the model's",
        "score, % of full fine-tuning's",
        0,
        110,
        true,
        series,
        labels);
  }

  private static double percent(String cell) {
    return Double.parseDouble(cell.replace("%", "").replace(",", "").strip());
  }

  /** What a margin costs under the losses of pairs. */
  private static Figure margins() {
    return curves(
        "margin-losses",
        "margin u",
        "loss",
        -3,
        3,
        4,
        List.of(
            of("dpo", new Dpo(1)::at),
            of("hinge", new Hinge(1)::at),
            of("ipo (beta 1)", new Ipo(1, Per.ANSWER)::at),
            of("simpo (gamma 1)", u -> new SimPo(1, 1).at(u.sub(Ops.scalar(1)))),
            of("robust (0.1)", new Robust(1, 0.1)::at),
            of("discopop", new Discopop(1, 0.05)::at)));
  }

  private static Figure functions() {
    return curves(
        "convex-functions",
        "margin u",
        "f(u)",
        -3,
        3,
        4,
        List.of(
            of("logistic", new Convex.Logistic()::of),
            of("squared", new Convex.Squared()::of),
            of("hinge", new Convex.Hinge()::of),
            of("exponential", new Convex.Exponential()::of),
            of("truncated_quadratic", new Convex.TruncatedQuadratic()::of),
            of("savage", new Convex.Savage()::of),
            of("sigmoid", new Convex.Sigmoid()::of)));
  }

  private record Curve(String name, Figure.Look look, UnaryOperator<Tensor> of) {}

  private static Curve of(String name, UnaryOperator<Tensor> of) {
    return new Curve(name, Figure.Look.LINE, of);
  }

  private static Figure curves(
      String name, String x, String y, double from, double to, double high, List<Curve> curves) {
    double[] at = Figure.range(from, to, POINTS);
    List<Figure.Series> series = new ArrayList<>();
    for (Curve curve : curves) {
      double[] values = doubles(curve.of().apply(tensor(at)));
      int n = POINTS; // what leaves the picture is not drawn
      double[][] kept = new double[2][n];
      int k = 0;
      for (int i = 0; i < n; i++) {
        if (values[i] <= high) {
          kept[0][k] = at[i];
          kept[1][k++] = values[i];
        }
      }
      series.add(
          new Figure.Series(
              curve.name(), curve.look(), Arrays.copyOf(kept[0], k), Arrays.copyOf(kept[1], k)));
    }
    return new Figure(name, x, y, low(series), high, false, series, List.of());
  }

  private static double low(List<Figure.Series> series) {
    double least = series.stream().flatMapToDouble(s -> Arrays.stream(s.y())).min().orElse(0);
    return Math.min(0, Math.floor(2 * least) / 2);
  }

  /** PPO's loss of one token over its ratio. */
  private static Figure clip() {
    PpoClip plain = new PpoClip(0.2);
    PpoClip bound = new PpoClip(0.2, Optional.of(2.0));
    return curves(
        "clip",
        "ratio w of a token",
        "loss",
        0,
        3,
        3,
        List.of(
            of("good token, A = 1", w -> each(plain, w, 1)),
            of("bad token, A = -1", w -> each(plain, w, -1)),
            new Curve("bad token with delta 2", Figure.Look.DASHED, w -> each(bound, w, -1))));
  }

  private static Tensor each(PolicyLoss loss, Tensor ratios, double advantage) {
    return loss.each(tokens(ratios.clamp_min(Ops.scalar(1e-6)).log()), like(ratios, advantage));
  }

  /** How strongly a good token is made likelier: the slope of its loss in log pi. */
  private static Figure slopes() {
    Grpo grpo = new Grpo(0.2, Optional.empty(), Optional.empty(), RatioLevel.TOKEN);
    Dapo dapo = new Dapo(0.2, 0.28, Optional.empty(), RatioLevel.TOKEN);
    return curves(
        "policy-clips",
        "ratio w of a good token (A = 1)",
        "pull on log pi",
        0,
        3,
        3,
        List.of(
            of("grpo", w -> slope(grpo, w)),
            new Curve("dapo", Figure.Look.DASHED, w -> slope(dapo, w)),
            of("cispo (bound 2)", w -> slope(new Cispo(2), w)),
            of("sapo", w -> slope(new Sapo(1, 1.05), w))));
  }

  private static Tensor slope(PolicyLoss loss, Tensor ratios) {
    Tensor policy = ratios.clamp_min(Ops.scalar(1e-6)).log().detach().set_requires_grad(true);
    loss.each(tokens(policy), like(ratios, 1)).sum().backward();
    return policy.grad().neg();
  }

  private static TokenLogps tokens(Tensor policy) {
    long[] lengths = new long[(int) policy.size(0)];
    Arrays.fill(lengths, 1);
    return new TokenLogps(
        policy,
        policy.detach().new_zeros(policy.size(0)),
        Segments.ofLengths(Compute.CPU, lengths));
  }

  private static Tensor like(Tensor t, double value) {
    return t.detach().new_zeros(t.size(0)).add(Ops.scalar(value));
  }

  /** The sixteen values of four bits, and how dense normal weights lie in blocks of 64. */
  private static Figure levels() {
    int bins = 50;
    double[] count = new double[bins];
    Random random = new Random(1);
    int blocks = 20_000;
    for (int b = 0; b < blocks; b++) {
      double[] block = new double[64];
      double most = 0;
      for (int i = 0; i < 64; i++) {
        block[i] = random.nextGaussian();
        most = Math.max(most, Math.abs(block[i]));
      }
      for (double weight : block) {
        double scaled = weight / most;
        if (Math.abs(scaled) < 1) { // the largest is the scale itself
          count[(int) ((scaled + 1) / 2 * bins)]++;
        }
      }
    }
    double[] x = new double[bins];
    for (int i = 0; i < bins; i++) {
      x[i] = -1 + (i + 0.5) * 2 / bins;
      count[i] = count[i] / (blocks * 63.0) * bins / 2;
    }
    return new Figure(
        "nf4-levels",
        "weight, divided by the largest of its block",
        "density",
        -0.3,
        1.1,
        false,
        List.of(
            new Figure.Series("density of normal weights", Figure.Look.LINE, x, count),
            values("nf4", Code.NF4, -0.08),
            values("fp4", Code.FP4, -0.2)),
        List.of());
  }

  private static Figure.Series values(String name, Code code, double height) {
    float[] numbers = code.numbers();
    double[] x = new double[numbers.length];
    double[] y = new double[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      x[i] = numbers[i];
      y[i] = height;
    }
    Arrays.sort(x);
    return new Figure.Series(name, Figure.Look.POINTS, x, y);
  }

  /** Accuracy by what is right over the share of wrong raters, by the table of preferences.md. */
  private static Figure mistaken(Path preferences) throws IOException {
    Map<String, List<double[]>> by = new LinkedHashMap<>();
    for (String line : Files.readAllLines(preferences)) {
      List<String> cells = line.startsWith("|") ? Figure.cells(line) : List.of();
      if (cells.size() == 6 && cells.get(0).matches("\\d+ %")) {
        String after = cells.get(2).split("→")[1].replace("*", "").strip();
        by.computeIfAbsent(cells.get(1), k -> new ArrayList<>())
            .add(new double[] {percent(cells.get(0)), Double.parseDouble(after)});
      }
    }
    List<Figure.Series> series = new ArrayList<>();
    by.forEach(
        (name, points) ->
            series.add(
                new Figure.Series(
                    name,
                    Figure.Look.LINE_AND_POINTS,
                    points.stream().mapToDouble(p -> p[0]).toArray(),
                    points.stream().mapToDouble(p -> p[1]).toArray())));
    return new Figure(
        "outcome-mistaken",
        "pairs whose raters are wrong, %",
        "held-out accuracy by what is right",
        0,
        1,
        false,
        series,
        List.of());
  }

  private static Tensor tensor(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return Ops.floats(floats, Compute.CPU);
  }

  private static double[] doubles(Tensor t) {
    float[] floats = Ops.toFloats(t.detach());
    double[] out = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      out[i] = floats[i];
    }
    return out;
  }
}
