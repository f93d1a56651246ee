package dev.luthier.recipe;

import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a user gives as a judge: YAML, or the name of a file with it. */
final class JudgeText {
  private static final String KEY = "judge";

  private JudgeText() {}

  /** As plain data; of a file with the one key {@code judge}, what stands under it. */
  static @Nullable Object plain(String given) {
    if (!given.matches("\\S+\\.ya?ml")) {
      return Yaml.parse(given);
    }
    try {
      Object all = Yaml.parse(Files.readString(Path.of(given)));
      return all instanceof Map<?, ?> map && map.size() == 1 && map.containsKey(KEY)
          ? map.get(KEY)
          : all;
    } catch (IOException e) {
      throw new UserError("cannot read the judge %s: %s".formatted(given, UserError.reason(e)), e);
    }
  }
}
