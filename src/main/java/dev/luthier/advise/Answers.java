package dev.luthier.advise;

import dev.luthier.data.DataFiles;
import dev.luthier.data.FileKind;
import dev.luthier.error.UserError;
import dev.luthier.model.ModelConfig;
import dev.luthier.recipe.Memory;
import dev.luthier.recipe.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** What was answered, by flag, as a situation. */
public final class Answers {
  private static final int ROWS = 1000;
  private static final int LENGTH = 512;
  private static final int CHARACTERS = 3; // of a token, at least
  private static final Set<String> WITH_BIASES =
      Set.of("gpt2", "gpt_neox", "bert", "roberta", "opt", "qwen2", "phi", "distilbert", "t5");

  private final Map<String, String> given;

  /**
   * @param given the text of every flag that was said, without its hyphens
   */
  public Answers(Map<String, String> given) {
    this.given = Map.copyOf(given);
  }

  private Optional<String> text(String flag) {
    return Optional.ofNullable(given.get(flag)).filter(t -> !t.isBlank());
  }

  private String needed(Question question) {
    String flag = question.name().toLowerCase(Locale.ROOT);
    return text(flag)
        .or(() -> Optional.of(question.usual()).filter(u -> !u.isEmpty()))
        .orElseThrow(() -> new UserError("--" + flag + " is missing: " + question.text()));
  }

  private Optional<Double> number(String flag) {
    return text(flag)
        .map(
            t -> {
              try {
                return Double.valueOf(t);
              } catch (NumberFormatException e) {
                throw new UserError("--%s must be a number, was %s".formatted(flag, t), e);
              }
            });
  }

  private Optional<Integer> count(String flag) {
    return text(flag)
        .map(
            t -> {
              try {
                return Integer.valueOf(t);
              } catch (NumberFormatException e) {
                throw new UserError("--%s must be a whole number, was %s".formatted(flag, t), e);
              }
            });
  }

  private static OptionalDouble optional(Optional<Double> value) {
    return value.isPresent() ? OptionalDouble.of(value.get()) : OptionalDouble.empty();
  }

  /**
   * @throws UserError naming the flag that is missing or wrong
   */
  public Situation situation() {
    String named = needed(Question.MODEL);
    Optional<Path> folder = Optional.of(Path.of(named)).filter(Files::isDirectory);
    Shape shape = folder.map(Shape::of).orElseGet(() -> Shape.of(named));
    Map<Feedback, Path> files = new EnumMap<>(Feedback.class);
    Set<Feedback> data = data(needed(Question.DATA), files);
    Seen seen = Seen.of(files);
    Machine machine =
        Device.of(needed(Question.DEVICE))
            .machine(text("memory"), count("devices").orElse(1), optional(number("tflops")));
    return new Situation(
        shape,
        folder,
        yes(needed(Question.TUNED)),
        folder.map(f -> WITH_BIASES.contains(ModelConfig.read(f).modelType())).orElse(false),
        machine,
        data,
        files,
        count("rows").orElse(seen.rows()),
        count("length")
            .orElse(Math.min(seen.length(), shape.vocabulary() < 8192 ? 256 : LENGTH * 4)),
        count("tasks").orElse(1),
        Named.of("--quality", Quality.values(), needed(Question.QUALITY)),
        Named.all("--wishes", Wish.values(), needed(Question.WISHES)),
        text("largest").map(m -> Memory.of("--largest", m)),
        optional(number("hours")),
        Fit.ALL_WEIGHTS,
        0);
  }

  private static boolean yes(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "yes", "y", "true" -> true;
      case "no", "n", "false" -> false;
      default -> throw new UserError("--tuned must be yes or no, was " + text);
    };
  }

  private static Set<Feedback> data(String text, Map<Feedback, Path> files) {
    Set<Feedback> out = new java.util.TreeSet<>();
    for (String one : text.split(",")) {
      String[] parts = one.strip().split("=", 2);
      Feedback kind = Named.of("--data", Feedback.values(), parts[0]);
      out.add(kind);
      if (parts.length == 2) {
        Path file = Path.of(parts[1]);
        if (!Files.exists(file)) {
          throw new UserError("--data %s: there is no such file".formatted(one.strip()));
        }
        files.put(kind, file);
      }
    }
    return out;
  }

  /** What files tell. */
  private record Seen(int rows, int length) {
    static Seen of(Map<Feedback, Path> files) {
      int rows = 0;
      int longest = 0;
      for (Map.Entry<Feedback, Path> e : files.entrySet()) {
        if (e.getKey() == Feedback.REWARD_MODEL || Files.isDirectory(e.getValue())) {
          continue;
        }
        int[] seen = new int[2];
        DataFiles.read(
            e.getValue().toString(),
            FileKind.of(Optional.empty(), "utf-8"),
            Long.MAX_VALUE,
            row -> {
              seen[0]++;
              seen[1] = Math.max(seen[1], row.columns().values().toString().length() / CHARACTERS);
            });
        rows = Math.max(rows, seen[0]);
        longest = Math.max(longest, seen[1]);
      }
      return rows == 0 ? new Seen(ROWS, LENGTH) : new Seen(rows, Math.max(16, longest));
    }
  }
}
