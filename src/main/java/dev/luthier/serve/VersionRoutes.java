package dev.luthier.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.luthier.online.Deployed;
import dev.luthier.online.GateReport;
import dev.luthier.online.Version;
import dev.luthier.online.Versions;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The versions, what the gate measured, and which of them answers: {@code GET /api/versions},
 * {@code POST /api/versions/{name}/promote}, {@code POST /api/versions/rollback} with {@code why}.
 *
 * @param body reads what is posted
 */
record VersionRoutes(Versions versions, Body body) implements Routes {
  /** How many of the last changes are shown. */
  private static final int HISTORY = 30;

  private static final int WHY = 400;

  @Override
  public void add(RoutesConfig routes) {
    routes.get("/api/versions", this::all);
    routes.post("/api/versions/rollback", this::rollBack);
    routes.post("/api/versions/{name}/promote", this::promote);
  }

  private void promote(Context ctx) {
    versions.promote(ctx.pathParam("name"), why(body.json(ctx), "by hand"));
    all(ctx);
  }

  private void rollBack(Context ctx) {
    versions.rollBack(why(body.json(ctx), ""));
    all(ctx);
  }

  private static String why(ObjectNode said, String otherwise) {
    String why = said.path("why").asText(otherwise).strip();
    if (why.isEmpty() || why.length() > WHY) {
      throw ApiError.wrong("why", "why must be a reason of 1 to %d characters".formatted(WHY));
    }
    return why;
  }

  private void all(Context ctx) {
    Deployed now = versions.deployed();
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    out.put("current", now.current());
    out.put("previous", now.previous().orElse(null));
    out.put(
        "canary",
        now.canary()
            .map(c -> Map.of("name", c.name(), "share", c.share(), "since", c.since().toString()))
            .orElse(null));
    out.put("versions", versions.list().stream().map(v -> version(v, now)).toList());
    List<Deployed.Event> history = now.history();
    out.put(
        "history",
        history.subList(Math.max(0, history.size() - HISTORY), history.size()).stream()
            .map(VersionRoutes::event)
            .toList());
    Json.reply(ctx, 200, out);
  }

  private static Map<String, @Nullable Object> version(Version version, Deployed now) {
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    out.put("name", version.name());
    out.put("parent", version.parent());
    out.put("at", version.at().toString());
    out.put("refused", version.refused());
    out.put("rolled_back", now.isRolledBack(version.name()));
    out.put("gate", version.gate().map(VersionRoutes::gate).orElse(null));
    return out;
  }

  private static Map<String, Object> gate(GateReport gate) {
    return Map.of("passed", gate.passed(), "checks", gate.checks());
  }

  private static Map<String, String> event(Deployed.Event event) {
    return Map.of(
        "at", event.at().toString(),
        "what", event.what().name().toLowerCase(Locale.ROOT),
        "version", event.version(),
        "why", event.why());
  }
}
