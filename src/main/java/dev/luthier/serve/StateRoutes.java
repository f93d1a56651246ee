package dev.luthier.serve;

import dev.luthier.online.Canary;
import io.javalin.config.RoutesConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@code GET /health} and {@code GET /metrics}. */
record StateRoutes(Door door, Engine engine, Fleet fleet, Meters meters) implements Routes {
  private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

  @Override
  public void add(RoutesConfig routes) {
    routes.get(
        "/health",
        ctx -> {
          String status = door.isShut() ? "stopping" : engine.alive() ? "ok" : "failed";
          Map<String, Object> out = new LinkedHashMap<>();
          out.put("status", status);
          out.put("version", fleet.now().current());
          fleet.now().canary().map(Canary::name).ifPresent(name -> out.put("canary", name));
          if (!fleet.trouble().isEmpty()) {
            out.put("trouble", "a deployed version cannot be loaded; the log says why");
          }
          Json.reply(ctx, status.equals("ok") ? 200 : 503, out);
        });
    routes.get("/metrics", ctx -> ctx.contentType(PROMETHEUS).result(meters.text()));
  }
}
