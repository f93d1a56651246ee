package dev.luthier.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.error.UserError;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The fields of a JSON object, each of the type that it must have.
 *
 * @param place what stands before a field's name in messages, such as {@code answer.}
 */
record Fields(ObjectNode object, String place) {

  /** What is absent, or null. */
  Optional<JsonNode> find(String name) {
    return Optional.ofNullable(object.get(name)).filter(node -> !node.isNull());
  }

  Optional<String> text(String name) {
    return find(name).map(node -> of(name, node, node.isTextual(), "a text", JsonNode::textValue));
  }

  String required(String name) {
    return text(name).orElseThrow(() -> wrong(name, "is missing"));
  }

  /** One of several words. */
  String word(String name, List<String> words) {
    String word = required(name);
    if (!words.contains(word)) {
      throw wrong(name, "must be one of %s, was %s".formatted(String.join(", ", words), word));
    }
    return word;
  }

  Optional<Instant> time(String name) {
    return text(name)
        .map(
            text -> {
              try {
                return Instant.parse(text);
              } catch (DateTimeException e) {
                throw wrong(name, "must be a time such as 2026-03-01T12:00:00Z, was " + text);
              }
            });
  }

  List<Integer> integers(String name) {
    return list(name, JsonNode::canConvertToInt, "whole numbers", JsonNode::intValue);
  }

  List<Double> numbers(String name) {
    return list(name, JsonNode::isNumber, "numbers", JsonNode::doubleValue);
  }

  List<String> texts(String name) {
    return list(name, JsonNode::isTextual, "texts", JsonNode::textValue);
  }

  double number(String name) {
    JsonNode node = find(name).orElseThrow(() -> wrong(name, "is missing"));
    return of(name, node, node.isNumber(), "a number", JsonNode::doubleValue);
  }

  private <T> List<T> list(
      String name, Function<JsonNode, Boolean> is, String what, Function<JsonNode, T> read) {
    List<T> out = new ArrayList<>();
    JsonNode list = find(name).orElseGet(JsonForm.MAPPER::createArrayNode);
    of(name, list, list.isArray(), "a list of " + what, node -> node);
    list.forEach(node -> out.add(of(name, node, is.apply(node), "a list of " + what, read)));
    return out;
  }

  /** An object whose values are of one type. */
  <T> Map<String, T> map(
      String name, Function<JsonNode, Boolean> is, String what, Function<JsonNode, T> read) {
    Map<String, T> out = new LinkedHashMap<>();
    JsonNode map = find(name).orElseGet(JsonForm.MAPPER::createObjectNode);
    of(name, map, map.isObject(), "an object", node -> node);
    for (Map.Entry<String, JsonNode> e : map.properties()) {
      String inner = name + "." + e.getKey();
      out.put(e.getKey(), of(inner, e.getValue(), is.apply(e.getValue()), what, read));
    }
    return out;
  }

  private <T> T of(
      String name, JsonNode node, boolean right, String what, Function<JsonNode, T> read) {
    if (!right) {
      throw wrong(name, "must be %s, was %s".formatted(what, kind(node)));
    }
    return read.apply(node);
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case STRING -> "a text";
      case NUMBER -> "the number " + node.asText();
      case BOOLEAN -> node.asText();
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      default -> "null";
    };
  }

  /** Refuses fields that nobody reads. */
  void only(Set<String> known) {
    Set<String> others = new LinkedHashSet<>();
    object.fieldNames().forEachRemaining(others::add);
    others.removeAll(known);
    for (String other : others) {
      throw wrong(
          other,
          "is no field here; there are " + String.join(", ", known.stream().sorted().toList()));
    }
  }

  /** Makes a record of fields; what the record refuses is the fault of this field. */
  <T> T checked(String name, Supplier<T> made) {
    try {
      return made.get();
    } catch (UserError e) {
      throw new FormError(place + name, String.valueOf(e.getMessage()));
    }
  }

  FormError wrong(String name, String problem) {
    return new FormError(place + name, "%s%s %s".formatted(place, name, problem));
  }
}
