package dev.luthier.peft;

import com.fasterxml.jackson.databind.JsonNode;
import dev.luthier.error.UserError;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** How {@link Choose} stands in {@link DeltaFormat}'s files. */
final class ChooseFormat {
  private ChooseFormat() {}

  static Choose parse(JsonNode json) {
    String name = json.path("choose").asText("magnitude");
    int batches = json.path("batches").asInt(1);
    Map<String, Choose> known =
        Map.of(
            "magnitude",
            new Choose.Magnitude(DeltaFormat.word(json, "order", Choose.Magnitude.Order.LARGEST)),
            "random",
            new Choose.Random(),
            "gradient",
            new Choose.Gradient(batches),
            "fisher",
            new Choose.Fisher(batches),
            "movement",
            new Choose.Movement(),
            "given",
            new Choose.Given(Path.of(json.path("given").asText(""))));
    Choose found = known.get(name);
    if (found == null) {
      throw new UserError("choose must be one of %s, was %s".formatted(known.keySet(), name));
    }
    return found;
  }

  static Map<String, Object> write(Choose choose) {
    String name = choose.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    if (choose instanceof Choose.Magnitude m) {
      return DeltaFormat.map("choose", name, "order", DeltaFormat.word(m.order()));
    }
    if (choose instanceof Choose.Gradient g) {
      return DeltaFormat.map("choose", name, "batches", g.batches());
    }
    if (choose instanceof Choose.Fisher f) {
      return DeltaFormat.map("choose", name, "batches", f.batches());
    }
    return choose instanceof Choose.Given given
        ? DeltaFormat.map("choose", name, "given", given.adapter().toString())
        : DeltaFormat.map("choose", name);
  }
}
