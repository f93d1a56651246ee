package dev.luthier.judge;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A question with holes, {@code {prompt}} and such. What fills one hole is never looked at for
 * others.
 */
public record Template(String text) {
  private static final Pattern HOLE = Pattern.compile("\\{([a-z_]+)\\}");

  /**
   * The user's file, or ours.
   *
   * @param name of ours, as {@code pairwise}
   * @param holes that it must have, and no others
   * @throws UserError if the file is missing, lacks a hole or has another
   */
  static Template read(String name, Optional<Path> file, List<String> holes) {
    Template out = new Template(file.map(Template::of).orElseGet(() -> own(name)));
    String where = file.map(Path::toString).orElse(name);
    Set<String> found =
        HOLE.matcher(out.text()).results().map(r -> r.group(1)).collect(Collectors.toSet());
    Set<String> missing = new TreeSet<>(holes);
    missing.removeAll(found);
    if (!missing.isEmpty()) {
      throw new UserError(
          "%s has no {%s}; a template of %s needs %s"
              .formatted(where, missing.iterator().next(), name, holes));
    }
    Set<String> unknown = new TreeSet<>(found);
    unknown.removeAll(holes);
    if (!unknown.isEmpty()) {
      throw new UserError(
          "%s has {%s}, which nothing fills; a template of %s has %s"
              .formatted(where, unknown.iterator().next(), name, holes));
    }
    return out;
  }

  private static String of(Path file) {
    try {
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UserError("cannot read template %s: %s".formatted(file, UserError.reason(e)), e);
    }
  }

  private static String own(String name) {
    try (InputStream in = Template.class.getResourceAsStream(name + ".txt")) {
      if (in == null) {
        throw new IllegalStateException("no template " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text with its holes filled. */
  String filled(Map<String, String> values) {
    return HOLE.matcher(text)
        .replaceAll(hole -> Matcher.quoteReplacement(values.getOrDefault(hole.group(1), "")));
  }
}
