package dev.luthier.serve;

import io.javalin.config.RoutesConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The cycles: {@code GET /api/cycles}; {@code POST /api/cycles} asks for one by hand. */
record CycleRoutes(Cycles cycles) implements Routes {
  @Override
  public void add(RoutesConfig routes) {
    routes.get(
        "/api/cycles",
        ctx ->
            Json.reply(
                ctx, 200, Map.of("cycles", cycles.list().stream().map(CycleRoutes::shown).toList())));
    routes.post(
        "/api/cycles",
        ctx -> {
          cycles.start();
          Json.reply(ctx, 202, Map.of("asked", true));
        });
  }

  private static Map<String, @Nullable Object> shown(Cycles.Cycle cycle) {
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    out.put("name", cycle.name());
    out.put("at", cycle.at().toString());
    out.put("state", cycle.state());
    out.put("version", cycle.version().orElse(null));
    out.put("told", cycle.told());
    return out;
  }
}
