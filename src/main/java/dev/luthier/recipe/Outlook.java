package dev.luthier.recipe;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.data.TrainingRow;
import dev.luthier.io.AtomicDirectory;
import dev.luthier.model.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
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
  static final List<Integer> DEPTHS = List.of(2, 4);
  static final int WIDTHS = 3;

  /**
   * So few tokens at a time that what is probed with has more: then a plan holds a chunk's alone.
   */
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
          plans -> out[0] = search(recipe, limit, r -> CarriedPlan.of(this, r, plans)));
      return out[0];
    } finally {
      AtomicDirectory.remove(dir);
    }
  }

  private static Room search(Recipe recipe, Memory limit, Function<Recipe, CarriedPlan> sizes) {
    List<Recipe> ways = new ArrayList<>(List.of(recipe));
    Remedy.checkpointed(recipe).ifPresent(ways::add);
    List<Room> tooMuch = new ArrayList<>();
    for (Recipe way : ways) {
      for (int rows = recipe.optim().batch(); rows >= 1; rows /= 2) {
        CarriedPlan s = sizes.apply(way.with(way.optim().atOnce(rows)));
        boolean fits = s.peak() <= limit.bytes();
        Room room =
            new Room(
                Math.round(s.peak()), Math.round(s.adapters()), rows, !way.equals(recipe), fits);
        if (fits) {
          return room;
        }
        tooMuch.add(room);
      }
    }
    return tooMuch.stream().min(Comparator.comparingLong(Room::peak)).orElseThrow();
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
      text.append(row(i < rows.batch() ? rows.length() : 8 + 2 * (i - rows.batch()), i))
          .append('\n');
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
}
