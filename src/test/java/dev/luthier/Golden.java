package dev.luthier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.luthier.data.Unpadded;
import dev.luthier.error.UserError;
import dev.luthier.io.Safetensors;
import dev.luthier.loss.BinaryCrossEntropy;
import dev.luthier.loss.CrossEntropy;
import dev.luthier.loss.Loss;
import dev.luthier.loss.MeanSquaredError;
import dev.luthier.model.CausalLm;
import dev.luthier.model.Classifier;
import dev.luthier.model.MaskedLm;
import dev.luthier.model.Model;
import dev.luthier.model.SentenceEncoder;
import dev.luthier.model.Seq2Seq;
import dev.luthier.model.TokenClassifier;
import dev.luthier.tensor.Compute;
import dev.luthier.tensor.Ops;
import dev.luthier.tensor.Parameter;
import dev.luthier.tensor.Scope;
import dev.luthier.tensor.Sequences;
import dev.luthier.train.AdamW;
import dev.luthier.train.Optim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Assumptions;

/** The peers' numbers, and how they are compared: see README.md in the golden directory. */
public final class Golden {
  /** The copy in the project: what tests that know its files build on. */
  public static final Path SHIPPED = Path.of("src/test/resources/golden");

  /** What golden tests walk; they do not know its files. */
  public static final Path DIR = Path.of(System.getProperty("golden.dir", SHIPPED.toString()));

  private static final ObjectMapper JSON = new ObjectMapper();

  private Golden() {}

  /** The manifest's entries: a family, or family/adapter. */
  public static Stream<String> entries() {
    List<String> names = new ArrayList<>();
    json(DIR.resolve("manifest.json")).path("entries").fieldNames().forEachRemaining(names::add);
    return names.stream();
  }

  public static JsonNode json(Path file) {
    try {
      return JSON.readTree(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is not built yet is a skipped test with its name and the reason, never passed over. */
  public static <T> T built(Supplier<T> load) {
    try {
      return load.get();
    } catch (UserError e) {
      Assumptions.assumeFalse(e.getMessage().contains("is not built"), e.getMessage());
      throw e;
    }
  }

  /**
   * The batch of an io.safetensors without its padding.
   *
   * <p>Where there are virtual tokens, the logits have places for them too: they then count as
   * tokens of a decoder, and the last of them may predict the first label.
   *
   * @param cells (N) the places of the real tokens in the padded batch
   * @param positions (M) the tokens that predict a label
   * @param targets (M) the labels
   * @param encoded the same batch for models that look both ways
   * @param rows the labels as they are given, each row whole: what a decoder above an encoder is to
   *     write
   * @param virtual virtual tokens that the logits have a place for before each row
   * @param tasks of the rows, or none
   */
  public record Batch(
      Sequences input,
      Tensor cells,
      Tensor positions,
      Tensor targets,
      Encoded encoded,
      List<int[]> rows,
      int virtual,
      int[] tasks) {
    public static Batch of(Safetensors io) {
      int virtual = virtual(io);
      Unpadded real = unpadded(io, 0);
      Unpadded all = unpadded(io, virtual);
      return new Batch(
          Sequences.of(real.rows(), Compute.CPU),
          Ops.longs(all.cells(), Compute.CPU),
          Ops.longs(all.positions(), Compute.CPU),
          Ops.longs(all.targets(), Compute.CPU),
          Encoded.of(io, Ops.longs(real.cells(), Compute.CPU)),
          rows(io.tensor("labels")),
          virtual,
          io.infos().containsKey("task_ids")
              ? Arrays.stream(Ops.toLongs(io.tensor("task_ids"))).mapToInt(t -> (int) t).toArray()
              : new int[] {0});
    }

    private static int virtual(Safetensors io) {
      long[] logits = io.infos().get("logits").shape();
      long[] labels = io.infos().get("labels").shape();
      return logits.length == 3 && labels.length == 2 ? (int) (logits[1] - labels[1]) : 0;
    }

    private static Unpadded unpadded(Safetensors io, int virtual) {
      return Unpadded.of(
          behind(virtual, 0, Ops.toLongs(io.tensor("input_ids")), io),
          behind(virtual, 1, Ops.toLongs(io.tensor("attention_mask")), io),
          behind(virtual, -100, besideTokens(io), io),
          (int) io.tensor("input_ids").size(1) + virtual);
    }

    /** The rows of a table, each behind so many values. */
    private static long[] behind(int many, long value, long[] table, Safetensors io) {
      int width = (int) io.tensor("input_ids").size(1);
      return IntStream.range(0, table.length / width)
          .mapToObj(b -> Arrays.copyOfRange(table, b * width, (b + 1) * width))
          .flatMapToLong(
              row ->
                  LongStream.concat(
                      LongStream.generate(() -> value).limit(many), Arrays.stream(row)))
          .toArray();
    }

    /** The labels where each belongs to a token of the input; otherwise none. */
    private static long[] besideTokens(Safetensors io) {
      long[] shape = Ops.shape(io.tensor("input_ids"));
      if (Arrays.equals(Ops.shape(io.tensor("labels")), shape)) {
        return Ops.toLongs(io.tensor("labels"));
      }
      long[] none = new long[(int) (shape[0] * shape[1])];
      Arrays.fill(none, -100);
      return none;
    }

    private static List<int[]> rows(Tensor labels) {
      return LongStream.range(0, labels.size(0))
          .mapToObj(b -> Arrays.stream(Ops.toLongs(labels.select(0, b))).mapToInt(l -> (int) l))
          .map(IntStream::toArray)
          .toList();
    }

    /** (N, V) of a padded (B, T, V). */
    public Tensor real(Tensor padded) {
      return padded.reshape(-1, padded.size(2)).index_select(0, cells);
    }

    /** What the model says, in the shape of {@link #expected}. */
    public Tensor logits(Model model) {
      model.tasks().set(tasks);
      if (model instanceof Seq2Seq writer) {
        return writer.logits(writer.hidden(input, writer.decoderInput(rows)));
      }
      if (!(model instanceof CausalLm)) {
        return encoded.logits(model, input);
      }
      CausalLm lm = (CausalLm) model;
      return lm.logits(states(lm));
    }

    private Tensor states(CausalLm lm) {
      return virtual > 0 ? lm.hiddenOfAll(input) : lm.hidden(input);
    }

    /** What it should say, without padding; a decoder above an encoder has none. */
    public Tensor expected(Model model, Tensor logits) {
      if (model instanceof Seq2Seq) {
        return logits.narrow(1, virtual, logits.size(1) - virtual).reshape(-1, logits.size(2));
      }
      return logits.dim() == 2 ? logits : real(logits);
    }

    public Loss loss(Model model) {
      model.tasks().set(tasks);
      if (!(model instanceof CausalLm) && !(model instanceof Seq2Seq)) {
        return encoded.loss(model, input);
      }
      if (model instanceof Seq2Seq writer) {
        long[] labels = rows.stream().flatMapToInt(Arrays::stream).asLongStream().toArray();
        long[] real =
            LongStream.range(0, labels.length).filter(i -> labels[(int) i] >= 0).toArray();
        Tensor at = Ops.longs(real, Compute.CPU);
        Tensor said = writer.logits(input, writer.decoderInput(rows), at);
        return new CrossEntropy()
            .of(said, Ops.longs(labels, Compute.CPU).index_select(0, at), real.length);
      }
      CausalLm lm = (CausalLm) model;
      Tensor states = states(lm).index_select(0, positions);
      return new CrossEntropy().of(lm.logits(states), targets, targets.numel());
    }
  }

  /**
   * What models that look both ways need of a batch.
   *
   * @param types (N) segments
   * @param cells (N) the places of the real tokens in the padded batch
   * @param labels of all cells, each for its own token
   * @param classes the labels of whole sequences; where the file has none, see README.md
   */
  public record Encoded(Tensor types, Tensor cells, Tensor labels, Optional<Tensor> classes) {
    static Encoded of(Safetensors io, Tensor cells) {
      return new Encoded(
          io.infos().containsKey("token_type_ids")
              ? io.tensor("token_type_ids").reshape(-1).index_select(0, cells)
              : torch.zeros_like(cells),
          cells,
          io.tensor("labels").reshape(-1),
          io.infos().containsKey("class_labels")
              ? Optional.of(io.tensor("class_labels"))
              : Optional.empty());
    }

    Tensor logits(Model model, Sequences input) {
      if (model instanceof Classifier classifier) {
        return classifier.logits(input, types);
      }
      if (model instanceof TokenClassifier classifier) {
        return classifier.logits(input, types);
      }
      if (model instanceof MaskedLm lm) {
        return lm.logits(lm.hidden(input, types));
      }
      return ((SentenceEncoder) model).hidden(input, types);
    }

    Loss loss(Model model, Sequences input) {
      if (model instanceof MaskedLm lm) {
        return own(lm.logits(input, types, positions()));
      }
      if (model instanceof TokenClassifier classifier) {
        return own(classifier.logits(input, types).index_select(0, positions()));
      }
      Classifier classifier = (Classifier) model;
      Tensor logits = classifier.logits(input, types);
      return switch (classifier.labels().problem()) {
        case SINGLE -> new CrossEntropy().of(logits, classes(classifier), logits.size(0));
        case MULTI -> new BinaryCrossEntropy().of(logits, classes.orElseThrow(), logits.numel());
        case REGRESSION ->
            new MeanSquaredError()
                .of(logits, classes.orElseThrow().reshape(logits.sizes()), logits.numel());
      };
    }

    /** The tokens that have a label of their own. */
    private Tensor positions() {
      return labels.index_select(0, cells).ne(Ops.whole(-100)).nonzero().reshape(-1);
    }

    private Loss own(Tensor logits) {
      Tensor targets = labels.index_select(0, cells).index_select(0, positions());
      return new CrossEntropy().of(logits, targets, targets.numel());
    }

    private Tensor classes(Classifier model) {
      long[] usual = model.labels().count() == 2 ? new long[] {0, 1, 1} : new long[] {0, 2, 1};
      return classes.orElseGet(() -> Ops.longs(usual, Compute.CPU));
    }
  }

  /** 1e-4 absolute on logits of the usual sizes, up to 10; 1e-5 of the largest above. */
  public static void sameLogits(Tensor ours, Tensor theirs) {
    double largest = theirs.abs().max().item_double();
    assertThat(ours.sub(theirs).abs().max().item_double())
        .as("largest difference, of logits up to %s", largest)
        .isLessThan(1e-4 * Math.max(1, largest / 10));
  }

  /** 1e-4 relative. */
  public static void sameLoss(double ours, double theirs) {
    assertThat(ours).isCloseTo(theirs, within(1e-4 * Math.abs(theirs)));
  }

  /**
   * 1e-3 relative: the norm, and the sum and the first values measured by it. Where a gradient is
   * zero by the mathematics, such as that of a key's bias, both sides hold float32's noise.
   *
   * @param largest the largest norm of the model's gradients, which the noise is measured by
   */
  public static void sameGradient(String name, Tensor ours, JsonNode theirs, double largest) {
    double norm = theirs.path("norm").asDouble();
    double noise = 1e-7 * largest;
    double slack = 1e-3 * norm + noise;
    assertThat(ours.norm().item_double()).as("%s: norm", name).isCloseTo(norm, within(slack));
    assertThat(ours.sum().item_double())
        .as("%s: sum", name)
        .isCloseTo(theirs.path("sum").asDouble(), within(slack * Math.sqrt(ours.numel())));
    float[] values = Ops.toFloats(ours);
    double typical = norm / Math.sqrt(values.length);
    for (int i = 0; i < theirs.path("head").size(); i++) {
      double head = theirs.path("head").get(i).asDouble();
      assertThat((double) values[i])
          .as("%s: value %d", name, i)
          .isCloseTo(head, within(1e-3 * Math.max(Math.abs(head), typical) + noise));
    }
  }

  /**
   * Replays the AdamW steps of a train.json on its batch and compares every loss. Where one differs
   * the steps are replayed from weights that are off by a rounding: a curve that so parts from
   * itself by as much says nothing from there on.
   */
  public static void sameCurve(
      Model model, List<Parameter> trainable, Batch batch, JsonNode train) {
    sameCurve(() -> batch.loss(model).total(), trainable, train);
  }

  /** The same for a loss with something added. */
  public static void sameCurve(Supplier<Tensor> loss, List<Parameter> trainable, JsonNode train) {
    try (Scope scope = new Scope()) {
      List<Tensor> start = trainable.stream().map(p -> p.value().detach().clone()).toList();
      double[] ours = curve(loss, trainable, train);
      int wrong = 0;
      while (wrong < ours.length && near(ours[wrong], train.path("loss").get(wrong).asDouble())) {
        wrong++;
      }
      if (wrong < ours.length) {
        double off = Math.abs(ours[wrong] - train.path("loss").get(wrong).asDouble());
        assertThat(spread(loss, trainable, start, train, ours[wrong], wrong))
            .as("the curve is off by %s at step %d and parts from itself by", off, wrong)
            .isGreaterThan(off / 4);
      }
    }
  }

  private static boolean near(double ours, double theirs) {
    return Math.abs(ours - theirs) <= 1e-4 * Math.abs(theirs);
  }

  /** How far the loss at a step goes when the weights begin with other roundings. */
  private static double spread(
      Supplier<Tensor> loss,
      List<Parameter> trainable,
      List<Tensor> start,
      JsonNode train,
      double ours,
      int step) {
    double most = 0;
    for (int seed = 0; seed < 3; seed++) {
      try (Scope scope = new Scope();
          AutoGradMode off = Ops.noGrad()) {
        torch.manual_seed(seed);
        for (int i = 0; i < start.size(); i++) {
          Tensor relative = torch.randn_like(start.get(i)).mul(Ops.scalar(Math.ulp(1f)));
          trainable.get(i).value().copy_(start.get(i).addcmul(start.get(i), relative));
        }
      }
      most = Math.max(most, Math.abs(ours - curve(loss, trainable, train)[step]));
    }
    return most;
  }

  private static double[] curve(
      Supplier<Tensor> objective, List<Parameter> trainable, JsonNode train) {
    JsonNode adamw = train.path("adamw");
    Optim.Group all =
        new Optim.Group(
            trainable, adamw.path("lr").asDouble(), adamw.path("weight_decay").asDouble());
    JsonNode betas = adamw.path("betas");
    double[] losses = new double[train.path("loss").size()];
    try (Optim optim =
        new Optim(
            List.of(all),
            AdamW.of(
                betas.get(0).asDouble(), betas.get(1).asDouble(), adamw.path("eps").asDouble()),
            Compute.CPU)) {
      for (int i = 0; i < losses.length; i++) {
        try (Scope step = new Scope()) {
          optim.zeroGradients();
          Tensor loss = objective.get();
          loss.backward();
          losses[i] = loss.item_double();
          optim.clip(train.path("clip_grad_norm").asDouble(Double.MAX_VALUE));
          optim.step(1);
        }
      }
    }
    return losses;
  }

  /** The largest norm among gradients. */
  public static double largest(Map<String, JsonNode> gradients) {
    return gradients.values().stream().mapToDouble(g -> g.path("norm").asDouble()).max().orElse(0);
  }

  public static Map<String, JsonNode> gradients(Path file) {
    Map<String, JsonNode> out = new java.util.LinkedHashMap<>();
    json(file).properties().forEach(e -> out.put(e.getKey(), e.getValue()));
    return out;
  }
}
