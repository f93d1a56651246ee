package dev.luthier.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.Check;
import dev.luthier.error.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a classifier tells apart: transformers' id2label, label2id and problem_type.
 *
 * @param names in the order of the logits
 * @param problem how they are meant
 */
public record Labels(List<String> names, Problem problem) {
  private static final int MOST = 1_000_000;
  private static final int USUAL = 2; // transformers' num_labels where nothing is said

  /**
   * @throws UserError if there are none, or two of the same name
   */
  public Labels {
    names = List.copyOf(names);
    if (names.isEmpty() || names.stream().distinct().count() < names.size()) {
      throw new UserError("labels must be one or more different names, were " + names);
    }
  }

  /** Names without a meaning: LABEL_0, LABEL_1 ... */
  public static Labels numbered(int count, Problem problem) {
    return new Labels(unnamed(count), problem);
  }

  private static List<String> unnamed(int count) {
    return IntStream.range(0, count).mapToObj(i -> "LABEL_" + i).toList();
  }

  /**
   * What config.json says; without problem_type, one label is a regression and several are classes.
   *
   * @throws UserError if id2label does not count from 0, or problem_type is unknown
   */
  public static Labels of(ModelConfig config) {
    JsonNode given = config.json().path("id2label");
    List<String> names =
        given.isObject() && !given.isEmpty()
            ? IntStream.range(0, given.size()).mapToObj(i -> name(config, given, i)).toList()
            : unnamed(
                (int)
                    Check.atMost(
                        config.file() + ": num_labels", MOST, config.integer("num_labels", USUAL)));
    String type = config.text("problem_type", "");
    if (type.isEmpty()) {
      return new Labels(names, names.size() == 1 ? Problem.REGRESSION : Problem.SINGLE);
    }
    return Arrays.stream(Problem.values())
        .filter(p -> p.written().equals(type))
        .findFirst()
        .map(p -> new Labels(names, p))
        .orElseThrow(
            () -> new UserError("%s: unknown problem_type %s".formatted(config.file(), type)));
  }

  private static String name(ModelConfig config, JsonNode given, int i) {
    JsonNode name = given.path(Integer.toString(i));
    if (!name.isValueNode()) {
      throw new UserError(
          "%s: id2label must name the labels 0 to %d, but %d is missing"
              .formatted(config.file(), given.size() - 1, i));
    }
    return name.asText();
  }

  public int count() {
    return names.size();
  }

  /** The configuration of a model that tells these labels apart. */
  ModelConfig into(ModelConfig config) {
    return config.with(
        json -> {
          ObjectNode byId = json.putObject("id2label");
          ObjectNode byName = json.putObject("label2id");
          for (int i = 0; i < count(); i++) {
            byId.put(Integer.toString(i), names.get(i));
            byName.put(names.get(i), i);
          }
          json.remove("num_labels");
          json.put("problem_type", problem.written());
        });
  }
}
