package dev.luthier.recipe;

import dev.luthier.error.UserError;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A single value of a recipe on its way to a Java type. Text is never taken for a number, nor a
 * number for text.
 */
record Scalar(String path, @Nullable Object value) {

  Object as(Class<?> type, UnaryOperator<Path> place) {
    if (type == String.class) {
      return text();
    }
    if (type == Path.class) {
      return place.apply(Path.of(text()));
    }
    if (type == double.class || type == Double.class) {
      return number().doubleValue();
    }
    if (type == int.class || type == Integer.class) {
      return (int) whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    if (type == long.class || type == Long.class) {
      return whole(Long.MIN_VALUE, Long.MAX_VALUE);
    }
    if (type == boolean.class || type == Boolean.class) {
      if (value instanceof Boolean) {
        return value;
      }
      throw wrong("true or false");
    }
    if (type.isEnum()) {
      return word(type);
    }
    throw new IllegalStateException(path + ": a recipe cannot fill " + type);
  }

  private String text() {
    if (value instanceof String text && !text.isBlank()) {
      return text;
    }
    if (value instanceof Number || value instanceof Boolean) {
      throw new UserError("%s must be text, was %s; put it in quotes".formatted(path, value));
    }
    throw wrong("text");
  }

  private Number number() {
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      return number;
    }
    throw wrong("a number");
  }

  private long whole(long low, long high) {
    if (!(value instanceof Number number) || !Double.isFinite(number.doubleValue())) {
      throw wrong("a whole number");
    }
    BigDecimal exact = new BigDecimal(number.toString());
    if (exact.stripTrailingZeros().scale() > 0) {
      throw wrong("a whole number");
    }
    if (exact.compareTo(BigDecimal.valueOf(low)) < 0
        || exact.compareTo(BigDecimal.valueOf(high)) > 0) {
      throw wrong("a whole number up to " + high);
    }
    return exact.longValueExact();
  }

  private Object word(Class<?> type) {
    Map<String, Object> words = Schema.words(type);
    String known = String.join(", ", words.keySet());
    if (!(value instanceof String text)) {
      throw wrong("one of " + known);
    }
    for (Map.Entry<String, Object> word : words.entrySet()) {
      if (Schema.norm(word.getKey()).equals(Schema.norm(text))) {
        return word.getValue();
      }
    }
    String hint =
        Nearest.word(text, words.keySet()).map("; did you mean %s?"::formatted).orElse("");
    throw new UserError(
        "%s must be one of %s, was %s%s".formatted(path, known, Yaml.quote(value), hint));
  }

  private UserError wrong(String wanted) {
    return new UserError("%s must be %s, was %s".formatted(path, wanted, Yaml.quote(value)));
  }
}
