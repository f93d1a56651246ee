package dev.luthier.serve;

import dev.luthier.online.CycleState;
import dev.luthier.online.Cycles;
import io.javalin.config.RoutesConfig;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cycles: {@code GET /api/cycles}, the oldest first; {@code POST /api/cycles} asks for one,
 * which the process of the cycle begins as soon as it can.
 */
record CycleRoutes(Cycles cycles) implements Routes {
  private static final String WHO = "from the page";

  @Override
  public void add(RoutesConfig routes) {
    routes.get(
        "/api/cycles",
        ctx ->
            Json.reply(
                ctx,
                200,
                Map.of("cycles", cycles.list().stream().map(CycleRoutes::shown).toList())));
    routes.post(
        "/api/cycles",
        ctx -> {
          cycles.ask(WHO);
          Json.reply(ctx, 202, Map.of("asked", true));
        });
  }

  private static Map<String, @Nullable Object> shown(CycleState cycle) {
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    out.put("name", cycle.name());
    out.put("at", cycle.at().toString());
    out.put("trigger", cycle.trigger());
    out.put("parent", cycle.parent());
    out.put("version", cycle.version());
    out.put("stage", cycle.next().map(CycleRoutes::word).orElse(null));
    out.put("outcome", cycle.outcome() == null ? null : word(cycle.outcome()));
    out.put("reasons", cycle.reasons());
    return out;
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
