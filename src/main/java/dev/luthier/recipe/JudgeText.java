package dev.luthier.recipe;

import dev.luthier.doc.Doc;
import dev.luthier.doc.Written;
import dev.luthier.error.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A judge as a recipe or a command has it: its keys, or a file with them. */
@Doc("a judge as in rlaif.md, or a `.yaml` file with one")
public record JudgeText(JudgeSpec judge) implements Written {
  private static final String KEY = "judge";

  /** The root of suggestions for keys that are not known. */
  @Doc("A judge")
  private record Root(@Doc("Who says which of two answers is better") JudgeSpec judge) {}

  /**
   * @param yaml a map, or a name or file
   * @throws UserError if it is none
   */
  public static JudgeText read(Object yaml) {
    Binder binder = new Binder(Root.class, place -> place);
    return new JudgeText((JudgeSpec) binder.bind(JudgeSpec.class, plain(yaml), KEY));
  }

  private static boolean isFile(String given) {
    return given.matches("\\S+\\.ya?ml");
  }

  /** Of a file with the one key {@code judge}, what stands under it. */
  private static @Nullable Object plain(Object given) {
    if (!(given instanceof String text)) {
      return given;
    }
    if (!isFile(text)) {
      return Yaml.parse(text);
    }
    try {
      Object all = Yaml.parse(Files.readString(Path.of(text)));
      return all instanceof Map<?, ?> map && map.size() == 1 && map.containsKey(KEY)
          ? map.get(KEY)
          : all;
    } catch (IOException e) {
      throw new UserError("cannot read the judge %s: %s".formatted(text, UserError.reason(e)), e);
    }
  }

  @Override
  public Object written() {
    return Map.of(Schema.name(judge), Unbinder.record((Record) judge));
  }
}
