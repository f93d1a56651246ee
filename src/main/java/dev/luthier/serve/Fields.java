package dev.luthier.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The parameters of a request. Each is read with its rule; what is left when all were read is not
 * supported and refused, so that nothing a client asks for is passed over in silence. {@code null}
 * is the same as nothing.
 */
final class Fields {
  private final ObjectNode json;
  private final String path;
  private final Set<String> read = new HashSet<>();

  Fields(ObjectNode json) {
    this(json, "");
  }

  private Fields(ObjectNode json, String path) {
    this.json = json;
    this.path = path;
  }

  /** Whatever is there. */
  Optional<JsonNode> node(String name) {
    read.add(name);
    return Optional.ofNullable(json.get(name)).filter(n -> !n.isNull());
  }

  /** What has to be there. */
  JsonNode needed(String name) {
    return node(name).orElseThrow(() -> ApiError.wrong(path + name, path + name + " is missing"));
  }

  Optional<String> text(String name) {
    return node(name)
        .map(
            n -> {
              if (!n.isTextual()) {
                throw ApiError.wrong(path + name, path + name + " must be a text");
              }
              return n.textValue();
            });
  }

  boolean flag(String name) {
    return node(name)
        .map(
            n -> {
              if (!n.isBoolean()) {
                throw ApiError.wrong(path + name, path + name + " must be true or false");
              }
              return n.booleanValue();
            })
        .orElse(false);
  }

  /** A whole number in [low, high]. */
  Optional<Long> whole(String name, long low, long high) {
    return node(name)
        .map(
            n -> {
              if (!n.isIntegralNumber() || !n.canConvertToLong()) {
                throw ApiError.wrong(path + name, path + name + " must be a whole number");
              }
              long value = n.longValue();
              if (value < low || value > high) {
                throw ApiError.wrong(
                    path + name,
                    "%s%s must be from %d to %d, was %d".formatted(path, name, low, high, value));
              }
              return value;
            });
  }

  /** A number in [low, high]. */
  Optional<Double> number(String name, double low, double high) {
    return node(name)
        .map(
            n -> {
              double value = n.isNumber() ? n.doubleValue() : Double.NaN;
              if (!(value >= low && value <= high)) {
                throw ApiError.wrong(
                    path + name,
                    "%s%s must be a number from %s to %s".formatted(path, name, low, high));
              }
              return value;
            });
  }

  /** A text, or a list of at most so many. */
  List<String> texts(String name, int most) {
    List<String> out = new ArrayList<>();
    node(name)
        .ifPresent(
            n -> {
              for (JsonNode one : n.isArray() ? n : List.of(n)) {
                if (!one.isTextual() || one.textValue().isEmpty() || out.size() == most) {
                  throw ApiError.wrong(
                      path + name,
                      "%s%s must be a text, or a list of at most %d".formatted(path, name, most));
                }
                out.add(one.textValue());
              }
            });
    return out;
  }

  /** A parameter of its own parameters. */
  Optional<Fields> fields(String name) {
    return node(name)
        .map(
            n -> {
              if (!(n instanceof ObjectNode inner)) {
                throw ApiError.wrong(path + name, path + name + " must be an object");
              }
              return new Fields(inner, path + name + ".");
            });
  }

  /** A parameter that is supported only where it says nothing: null, 0, false, "", [] or {}. */
  void nothing(String... names) {
    for (String name : names) {
      node(name)
          .filter(n -> !(n.isNumber() && n.doubleValue() == 0))
          .filter(n -> !(n.isBoolean() && !n.booleanValue()))
          .filter(
              n -> !((n.isContainerNode() || n.isTextual()) && n.isEmpty() && n.asText().isEmpty()))
          .ifPresent(
              n -> {
                throw unsupported(name);
              });
    }
  }

  /** A parameter that is supported with these values alone. */
  void only(String name, String... values) {
    text(name)
        .filter(value -> !List.of(values).contains(value))
        .ifPresent(
            value -> {
              throw ApiError.unsupported(
                  path + name,
                  "%s%s can be %s here".formatted(path, name, String.join(" or ", values)));
            });
  }

  /**
   * @throws ApiError naming a parameter that nobody read
   */
  void refuseOthers() {
    for (Iterator<String> names = json.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!read.contains(name) && !json.get(name).isNull()) {
        throw unsupported(name);
      }
    }
  }

  private ApiError unsupported(String name) {
    String said = name.length() <= 80 ? name : name.substring(0, 80) + "...";
    return ApiError.unsupported(
        path + said, "%s%s is not supported by this server; leave it out".formatted(path, said));
  }
}
