package dev.luthier.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Training runs and their curves: {@code GET /api/runs}, the newest first, and {@code GET
 * /api/runs/{name}/metrics?from=N}: the lines of the run's {@code metrics.jsonl} after the first N,
 * so that whoever watches a run fetches each line once.
 */
record RunRoutes(RunFolders runs) implements Routes {
  /** Lines in one reply; whether there are more is said. */
  private static final int LINES = 2000;

  @Override
  public void add(RoutesConfig routes) {
    routes.get(
        "/api/runs",
        ctx ->
            Json.reply(
                ctx, 200, Map.of("runs", runs.list().stream().map(RunRoutes::shown).toList())));
    routes.get("/api/runs/<name>/metrics", this::metrics);
  }

  private static Map<String, @Nullable Object> shown(RunFolders.Run run) {
    MetricLines.Last last = MetricLines.last(run.metrics());
    Map<String, @Nullable Object> out = new LinkedHashMap<>();
    out.put("name", run.name());
    out.put("at", run.at().toString());
    out.put("step", last.step());
    JsonNode loss = last.loss();
    out.put("loss", loss);
    return out;
  }

  private void metrics(Context ctx) {
    long from = from(ctx.queryParam("from"));
    MetricLines.Part part = MetricLines.from(runs.metrics(ctx.pathParam("name")), from, LINES);
    Json.reply(ctx, 200, Map.of("lines", part.lines(), "next", part.next(), "more", part.more()));
  }

  private static long from(@Nullable String text) {
    if (text == null) {
      return 0;
    }
    if (!text.matches("\\d{1,15}")) {
      throw ApiError.wrong("from", "from must be a whole number >= 0: the lines seen already");
    }
    return Long.parseLong(text);
  }
}
