package dev.luthier.recipe;

import dev.luthier.error.UserError;
import dev.luthier.peft.Rate;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Recipe files (YAML 1.2) to records and back. Everything that is wrong in a recipe is one line:
 * the file or the override, the key, the rule, the value, and the nearest known key.
 *
 * <p>Relative paths are seen from the working directory; one that leads to nothing there is seen
 * from the recipe's own folder. {@code output} is always seen from the working directory.
 */
public final class Recipes {
  private Recipes() {}

  /**
   * Reads a recipe.
   *
   * @param overrides {@code --key.path=value}, later ones win
   * @throws UserError if the file cannot be read or says anything that is not understood
   */
  public static Recipe read(Path file, List<String> overrides) {
    return read(file, overrides, Recipe.class);
  }

  /** The same for another kind of file that is written in the same way. */
  public static <R extends Record> R read(Path file, List<String> overrides, Class<R> type) {
    return parse(text(file), file.toString(), overrides, place(file), type);
  }

  /** Where a path leads that is written in a recipe. */
  static UnaryOperator<Path> place(Path file) {
    Path folder = file.toAbsolutePath().getParent();
    return path -> {
      Path beside = folder == null ? path : folder.resolve(path);
      return !Files.exists(path) && Files.exists(beside) ? beside : path;
    };
  }

  /** The record as a recipe with every key written; reading it gives an equal record. */
  public static String print(Record recipe) {
    return Yaml.print(Unbinder.record(recipe));
  }

  /** Plain data as a recipe. */
  public static String text(Map<String, Object> tree) {
    return Yaml.print(tree);
  }

  /** A part of the rate that a {@code peft} usually has on a model of a width. */
  public static double usualRate(Object peft, int width, double part) {
    Map<String, Object> tree = new LinkedHashMap<>(Map.of("model", "m", "method", "sft"));
    tree.putAll(Map.of("peft", peft, "data", "d", "output", "o"));
    Recipe recipe = bound(tree, "peft", List.of(), p -> p, Recipe.class);
    return Rate.rounded(part * recipe.peft().usualRate().at(width));
  }

  /** The record that a text says; {@code name} stands in front of errors. */
  static <R extends Record> R parse(
      String text, String name, List<String> arguments, UnaryOperator<Path> place, Class<R> type) {
    List<KeyOverride> overrides = arguments.stream().map(KeyOverride::of).toList();
    Map<String, Object> tree = tree(text, name);
    overrides.forEach(o -> o.apply(tree, type));
    return bound(tree, name, overrides, place, type);
  }

  /** The record, or one of a choice, that plain data says; overrides are in it already. */
  static <T> T bound(
      Map<String, Object> tree,
      String name,
      List<KeyOverride> overrides,
      UnaryOperator<Path> place,
      Class<T> type) {
    try {
      return type.cast(new Binder(type, place).bind(type, tree, ""));
    } catch (UserError e) {
      String message = String.valueOf(e.getMessage());
      String subject = message.replaceFirst("^(unknown|missing) key ", "").split("[ ;,\\[]", 2)[0];
      String origin =
          overrides.stream()
              .filter(o -> o.sets(subject))
              .reduce((first, last) -> last)
              .map(KeyOverride::argument)
              .orElse(name);
      throw new UserError(origin + ": " + message, e);
    }
  }

  /**
   * Another kind of file that is written in the same way, as plain data with overrides in it.
   *
   * @param root the record that it says
   */
  public static Map<String, Object> tree(Path file, List<String> overrides, Class<?> root) {
    Map<String, Object> out = tree(file);
    overrides.stream().map(KeyOverride::of).forEach(o -> o.apply(out, root));
    return out;
  }

  /** The record that such plain data says, of a file in its place; no override is named. */
  public static <R extends Record> R bound(Map<String, Object> tree, Path file, Class<R> type) {
    return bound(tree, file.toString(), List.of(), place(file), type);
  }

  /**
   * Looks whether the files are there that a record names; references to stages are passed over.
   *
   * @param key of the record
   * @throws UserError if one is not
   */
  public static void checkPaths(String key, Record told) {
    NamedPath.in(told).stream()
        .filter(named -> !named.path().toString().contains("${"))
        .forEach(named -> new NamedPath(Nearest.join(key, named.key()), named.path()).check());
  }

  /** Plain data of a text; {@code name} stands in front of errors. */
  public static Map<String, Object> plain(String text, String name) {
    return tree(text, name);
  }

  /** A file as plain data. */
  static Map<String, Object> tree(Path file) {
    return tree(text(file), file.toString());
  }

  private static Map<String, Object> tree(String text, String name) {
    Object plain;
    try {
      plain = Yaml.parse(text);
    } catch (UserError e) {
      throw new UserError(name + ": " + e.getMessage(), e);
    }
    if (plain == null) {
      throw new UserError(name + ": the recipe is empty");
    }
    if (!(copy(plain) instanceof Map<?, ?> map)) {
      throw new UserError(name + ": a recipe must be a map of keys, was " + Yaml.quote(plain));
    }
    Map<String, Object> out = new LinkedHashMap<>();
    map.forEach((k, v) -> out.put(String.valueOf(k), v));
    return out;
  }

  /** A copy whose parts are shared nowhere, so that an override changes one place. */
  private static @Nullable Object copy(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<String, @Nullable Object> out = new LinkedHashMap<>();
      map.forEach((k, v) -> out.put(String.valueOf(k), copy(v)));
      return out;
    }
    if (value instanceof List<?> list) {
      List<@Nullable Object> out = new java.util.ArrayList<>();
      list.forEach(v -> out.add(copy(v)));
      return out;
    }
    return value;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UserError(file + ": there is no such recipe", e);
    } catch (CharacterCodingException e) {
      throw new UserError(file + ": the recipe is not UTF-8 text", e);
    } catch (IOException e) {
      String what = Files.isDirectory(file) ? "is a directory, not a recipe" : "cannot be read";
      throw new UserError("%s: %s (%s)".formatted(file, what, e.getMessage()), e);
    }
  }
}
