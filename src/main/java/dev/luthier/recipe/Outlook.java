package dev.luthier.recipe;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.data.TrainingRow;
import dev.luthier.loss.Chunk;
import dev.luthier.model.Model;
import dev.luthier.plan.Plan;
import dev.luthier.tensor.Compute;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What a run would take on a machine that it is not on, of a model that is not there. Models of the
 * same proportions, one, two and three parts of its width wide and two and four layers deep, are
 * planned as {@code estimate} does; counts of weights are polynomials of the width of degree two,
 * everything else is linear in it, and all is linear in the depth, so their plans say that of the
 * whole one.
 *
 * @param shape of the model
 * @param gpu whether it is on a GPU: weights and activations in 16 bits, no pages of files
 * @param method as a recipe has it
 * @param peft as a recipe has it
 * @param quantize as a recipe has it
 * @param rows of a step
 */
public record Outlook(
    Shape shape, boolean gpu, Object method, Object peft, String quantize, Rows rows) {
  private static final int[] DEPTHS = {2, 4};
  private static final int WIDTHS = 3;

  /** So few tokens at a time that what is probed with has more: then a plan holds a chunk's alone. */
  private static final int PROBED = 2;

  /** The rows of a step: how many, how long, and what they look like. */
  public record Rows(int batch, int length, Kind kind) {}

  /** What rows look like. */
  public enum Kind {
    DEMONSTRATIONS,
    PAIRS,
    LABELLED,
    PROMPTS
  }

  /**
   * What fits.
   *
   * @param peak bytes, with what was chosen
   * @param trained bytes of weights that train
   * @param fits whether it is within the limit; else it is the least that was found
   */
  public record Room(long peak, long trained, int microBatch, boolean checkpoint, boolean fits) {}

  /** Plans it as it is, with fewer rows at once, then with blocks that are run again. */
  public Room within(Memory limit) {
    Path dir = temporary();
    try {
      Room[] out = new Room[1];
      Recipe recipe = recipe(dir);
      open(
          recipe,
          models(dir),
          new ArrayList<>(),
          plans -> out[0] = search(recipe, limit, r -> carried(r, plans)));
      return out[0];
    } finally {
      remove(dir);
    }
  }

  private static Room search(Recipe recipe, Memory limit, Function<Recipe, Sizes> sizes) {
    List<Recipe> ways = new ArrayList<>(List.of(recipe));
    Remedy.checkpointed(recipe).ifPresent(ways::add);
    Room least = null;
    for (Recipe way : ways) {
      for (int rows = recipe.optim().batch(); rows >= 1; rows /= 2) {
        Sizes s = sizes.apply(way.with(way.optim().atOnce(rows)));
        boolean fits = s.peak() <= limit.bytes();
        Room room = new Room((long) s.peak(), (long) s.adapters(), rows, way != recipe, fits);
        if (fits) {
          return room;
        }
        least = least == null || room.peak() < least.peak() ? room : least;
      }
    }
    return least;
  }

  private static void open(
      Recipe recipe, List<Path> models, List<Planner<?, ?, ?>> opened, Opened then) {
    if (opened.size() == models.size()) {
      then.with(opened);
      return;
    }
    Path next = models.get(opened.size());
    Training.planned(
        recipe.with(recipe.model().at(next)),
        new Training.Planned() {
          @Override
          public <R extends TrainingRow, B, M extends Model> void with(Planner<R, B, M> planner) {
            opened.add(planner);
            open(recipe, models, opened, then);
          }
        });
  }

  private interface Opened {
    void with(List<Planner<?, ?, ?>> planners);
  }

  /** The numbers of a plan that are carried over. */
  private record Sizes(
      double process, double weights, double adapters, double optimizer, double step, double other) {
    double peak() {
      double update = Math.min(adapters, 3 * (4L << 20));
      return process + weights + 2 * adapters + optimizer + Math.max(Math.max(step, update), other);
    }
  }

  private Sizes carried(Recipe recipe, List<Planner<?, ?, ?>> planners) {
    List<Plan> plans =
        planners.stream()
            .map(p -> p.plan(recipe.with(recipe.model().at(p.recipe().model().path()))))
            .toList();
    double narrow = gpu ? 0.5 : 1; // activations of 16 bits
    double frozen = gpu && quantize.equals("none") ? 1.0 / 3 : 1; // 2 bytes in place of 4 and 2
    boolean full = peft.equals("full");
    return new Sizes(
        gpu ? 0 : plans.get(0).fixed().process(),
        gpu && full ? 0 : frozen * at(plans, 2, p -> p.fixed().weights()),
        at(plans, 2, p -> p.fixed().adapters()),
        at(plans, 2, p -> p.fixed().optimizer()),
        head(plans.get(0).extent().targets())
            + at(plans, 1, p -> p.step().logits())
            + narrow * at(plans, 1, p -> p.step().activations() + p.step().backward()),
        Math.max(at(plans, 1, p -> p.evaluation()), narrow * at(plans, 1, p -> p.cache())));
  }

  /** Scores of a chunk, four times over in float32 (docs/memory.md, "memory.chunk"). */
  private double head(long targets) {
    long chunk = new Chunk.Auto().tokens(shape.vocabulary(), Compute.CPU) * (gpu ? 4 : 1);
    return rows.kind() == Kind.LABELLED
        ? 0
        : 16.0 * Math.min(targets, chunk) * shape.vocabulary();
  }

  /** A number of the plans at the shape's own depth and width. */
  private double at(List<Plan> plans, int degree, Function<Plan, Long> number) {
    double[] wide = new double[WIDTHS];
    for (int i = 0; i < WIDTHS; i++) {
      double low = number.apply(plans.get(2 * i));
      double high = number.apply(plans.get(2 * i + 1));
      wide[i] = low + (high - low) / (DEPTHS[1] - DEPTHS[0]) * (shape.layers() - DEPTHS[0]);
    }
    double x = shape.units();
    double value =
        degree == 1
            ? wide[0] + (wide[2] - wide[0]) / 2 * (x - 1)
            : wide[0] * (x - 2) * (x - 3) / 2
                - wide[1] * (x - 1) * (x - 3)
                + wide[2] * (x - 1) * (x - 2) / 2;
    return Math.max(0, value);
  }

  private List<Path> models(Path dir) {
    List<Path> out = new ArrayList<>();
    for (int parts = 1; parts <= WIDTHS; parts++) {
      for (int depth : DEPTHS) {
        out.add(Likeness.folder(dir.resolve(parts + "x" + depth), shape.like(parts, depth)));
      }
    }
    return out;
  }

  private Recipe recipe(Path dir) {
    Path data = dir.resolve("rows.jsonl");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < rows.batch() + 4; i++) { // four short ones to look at
      text.append(row(i < rows.batch() ? rows.length() : 8 + 2 * (i - rows.batch()), i)).append('\n');
    }
    Map<String, Object> out = new LinkedHashMap<>();
    Map<String, Object> model = new LinkedHashMap<>();
    model.put("path", dir.resolve("1x2").toString());
    model.put("device", "cpu");
    model.put("quantize", quantize);
    out.put("model", model);
    out.put("method", method);
    out.put("peft", peft);
    out.put("data", Map.of("train", data.toString(), "shuffle", false));
    out.put("optim", Map.of("batch", rows.batch(), "max_steps", 1));
    out.put("memory", Map.of("chunk", PROBED));
    out.put("eval", Map.of("every", "never", "generate", 0));
    out.put("output", dir.resolve("out").toString());
    try {
      Files.writeString(data, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Recipes.bound(out, "advise", List.of(), p -> p, Recipe.class);
  }

  private String row(int length, int seed) {
    int half = Math.max(2, length / 2 - 1);
    ObjectNode node = new ObjectMapper().createObjectNode();
    String one = Likeness.words(half, seed + 1);
    String two = Likeness.words(half, seed + 1000);
    switch (rows.kind()) {
      case DEMONSTRATIONS -> node.put("prompt", one).put("completion", " " + two);
      case PAIRS ->
          node.put("prompt", one)
              .put("chosen", " " + two)
              .put("rejected", " " + Likeness.words(half, seed + 2000));
      case LABELLED -> node.put("text", one + " " + two).put("label", seed % 2 == 0 ? "a" : "b");
      case PROMPTS -> node.put("prompt", one);
    }
    return node.toString();
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("luthier-advise");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void remove(Path dir) {
    try (var files = Files.walk(dir)) {
      files.sorted(java.util.Comparator.reverseOrder()).map(Path::toFile).forEach(java.io.File::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
